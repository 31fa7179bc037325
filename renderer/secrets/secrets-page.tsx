import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, Download, LockKeyhole, SearchX, ShieldCheck } from 'lucide-react';
import { useDeferredValue } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useAddress } from '../ui/address.ts';
import { Empty } from '../ui/blank-state.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Filter } from '../ui/chip.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { Page } from '../ui/page.tsx';
import { saveFile } from '../ui/save-file.ts';
import { formatFileDay, serverNow } from '../ui/time.ts';
import { useVault } from '../vault-state/vault.ts';
import { DoctorCard } from './doctor-card.tsx';
import { PlainSecretsCard } from './plain-secrets-card.tsx';
import { groupLabels, type SecretGroup } from './secret-words.ts';
import { PER_PAGE, type SecretsPageData, secretsQuery, useDoctor, useVerifyAll } from './secrets-queries.ts';
import { SecretsTable } from './secrets-table.tsx';

/** All encrypted values, and whether each can be decrypted. */
export function SecretsPage() {
  const vault = useVault();
  const report = useDoctor();
  const verify = useVerifyAll();
  const name = vault.data?.instance.name ?? '';
  const save = useApiMutation(() => exportReport(name));
  return (
    <Page
      title="Secrets"
      actions={
        <>
          <Button icon={Download} isBusy={save.isPending} onClick={() => save.mutate()}>
            Export report
          </Button>
          <Button
            kind="main"
            icon={ShieldCheck}
            isBusy={verify.isPending || report?.running === true}
            disabled={vault.data?.state !== 'running'}
            onClick={() => verify.mutate()}
          >
            Verify all
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 gap-5">
        <FormError mutation={verify} />
        <FormError mutation={save} />
        {vault.data && <DoctorCard vault={vault.data} report={report} />}
        <PlainSecretsCard isLocked={vault.data?.state !== 'running'} />
        <SecretsList />
      </div>
    </Page>
  );
}

const kept = ['group', 'search', 'page'] as const;
const groups = Object.keys(groupLabels) as SecretGroup[];

function SecretsList() {
  const [filter, change] = useAddress(kept);
  const group = groups.find((each) => each === filter.group) ?? null;
  const page = /^[1-9]\d{0,5}$/.test(filter.page) ? Number(filter.page) : 1;
  const search = useDeferredValue(filter.search);
  const query = useQuery(secretsQuery({ group, search, page }));
  const { data } = query;
  const show = (next: Partial<typeof filter>) => change({ page: '', ...next });
  return (
    <div>
      <div className="secrets-filters">
        <fieldset className="flex min-w-0 flex-wrap gap-1.5" aria-label="Kind">
          <Filter isOn={group === null} onClick={() => show({ group: '' })} {...countOf(data, 'all')}>
            All
          </Filter>
          {groups
            .filter((each) => each === group || data?.counts[each] !== 0)
            .map((each) => (
              <Filter
                key={each}
                isOn={group === each}
                onClick={() => show({ group: each })}
                {...countOf(data, each)}
              >
                {groupLabels[each]}
              </Filter>
            ))}
        </fieldset>
        <SearchField
          label="Search secrets"
          value={filter.search}
          onChange={(typed) => show({ search: typed.slice(0, 200) })}
        />
      </div>
      <SecretsTable
        query={query}
        secrets={data?.secrets ?? []}
        empty={
          <NoSecrets
            isFiltered={(data?.counts.all ?? 0) > 0}
            onClear={() => show({ group: '', search: '' })}
          />
        }
        foot={
          data && <Foot data={data} onPage={(next) => change({ page: next === 1 ? '' : String(next) })} />
        }
      />
    </div>
  );
}

const countOf = (data: SecretsPageData | undefined, group: SecretGroup | 'all') =>
  data ? { count: data.counts[group] } : {};

function NoSecrets({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  return isFiltered ? (
    <Empty
      icon={SearchX}
      title="No secrets found"
      text="No secret of this kind matches the search."
      action={<Button onClick={onClear}>Show all</Button>}
    />
  ) : (
    <Empty
      icon={LockKeyhole}
      title="No secrets yet"
      text="Secret variables, API keys and second factors are encrypted and listed here."
    />
  );
}

function Foot({ data, onPage }: { data: SecretsPageData; onPage: (page: number) => void }) {
  const first = (data.page - 1) * PER_PAGE + 1;
  const last = first + data.secrets.length - 1;
  return (
    <>
      <span className="min-w-0 truncate">
        {first.toLocaleString()} to {last.toLocaleString()} of {data.total.toLocaleString()}
        {data.failing > 0 && '. Values that cannot be decrypted come first.'}
      </span>
      <span className="grow" />
      <IconButton
        isSmall
        icon={ChevronLeft}
        label="Previous page"
        disabled={data.page === 1}
        onClick={() => onPage(data.page - 1)}
      />
      <IconButton
        isSmall
        icon={ChevronRight}
        label="Next page"
        disabled={last >= data.total}
        onClick={() => onPage(data.page + 1)}
      />
    </>
  );
}

/**
 * Exports the report of the latest check, running one if there is none. It holds names and numbers, never a value.
 */
async function exportReport(instanceName: string): Promise<void> {
  const known = await ask(client.GET('/vault/doctor'));
  const report =
    known.finished_at === null
      ? await ask(client.POST('/vault/doctor', { params: { query: { wait: 'true' } } }))
      : known;
  const at = report.finished_at ?? serverNow();
  const content = JSON.stringify({ instance: instanceName, ...report }, null, 2);
  saveFile(`temps-secrets-${formatFileDay(at)}.json`, `${content}\n`, 'application/json');
}
