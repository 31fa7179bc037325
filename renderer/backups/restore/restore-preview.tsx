import { Banner } from '../../ui/banner.tsx';
import { Table } from '../../ui/table.tsx';
import { formatBytes, formatCount, formatExact } from '../../ui/time.ts';
import { whyWords } from '../backup-words.ts';
import type { Prepared } from './restore-calls.ts';

type Count = Prepared['tables'][number];

/** What is counted for people, in this order. */
const rowWords = new Map([
  ['projects', 'Projects'],
  ['env_vars', 'Variables'],
  ['secrets', 'Encrypted values'],
  ['users', 'People'],
  ['api_keys', 'API keys'],
  ['deployment_tokens', 'Tokens'],
  ['audit_log', 'Activity'],
]);

/** Before anything is replaced: what comes, and what goes. */
export function RestorePreview({ prepared }: { prepared: Prepared }) {
  const hasNow = prepared.replaces !== null;
  return (
    <div className="grid grid-cols-1 gap-4">
      <section className="card card-pad" aria-label="The backup">
        <dl className="facts restore-facts">
          <Fact term="Created" below={whyWords[prepared.why]}>
            {formatExact(prepared.taken_at)}
          </Fact>
          <Fact term="By" below={`Number ${prepared.sequence} of its computer`}>
            Temps {prepared.app_version}
          </Fact>
          <Fact term="Key it needs" below={describeKey(prepared)}>
            <span className="font-mono">{prepared.key_fingerprint}</span>
          </Fact>
          <Fact term="Size">{formatBytes(prepared.size_bytes)}</Fact>
        </dl>
        <p className="mt-3 text-12 text-text-3">{prepared.found_note}</p>
      </section>
      <Table
        label="What changes"
        rows={listRows(prepared)}
        rowKey={({ name }) => name}
        columns={[
          { name: 'What', isRowHeader: true, cell: ({ name }) => rowWords.get(name) ?? name },
          ...(hasNow
            ? [
                {
                  name: 'Here now',
                  isNumber: true,
                  width: 'w-26 max-phone:w-20',
                  cell: ({ now }: Count) => show(now),
                },
              ]
            : []),
          {
            name: 'In the backup',
            isNumber: true,
            width: 'w-30 max-phone:w-24',
            cell: ({ backup }) => show(backup),
          },
          ...(hasNow
            ? [{ name: 'Difference', className: 'max-phone:hidden', cell: describeDifference }]
            : []),
        ]}
      />
      <OnlyHere prepared={prepared} />
      {prepared.values === null && (
        <Banner tone="attention">
          <b>Not verified.</b> The key is not here, so nobody vouches for this backup, and no secret in it was
          decrypted. The vault will be locked until it gets a copy of that key.
          {prepared.decrypted_for !== null && (
            <>
              {' '}
              The backup was decrypted with the identity of{' '}
              <code className="[overflow-wrap:anywhere]">{prepared.decrypted_for}</code>.
            </>
          )}
        </Banner>
      )}
    </div>
  );
}

function Fact({ term, below, children }: { term: string; below?: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {children}
        {below !== undefined && <small>{below}</small>}
      </dd>
    </div>
  );
}

function describeKey({ values }: Prepared): string {
  if (values === null) return 'Not here';
  const lost =
    values.lost === 0 ? '' : `; ${formatCount(values.lost, 'value was', 'values were')} lost before`;
  return `Decrypts ${values.opened.toLocaleString('en')} of ${formatCount(values.total, 'value')}${lost}`;
}

function listRows({ tables }: Prepared): Count[] {
  const byName = new Map(tables.map((count) => [count.name, count]));
  return [...rowWords.keys()].flatMap((name) => byName.get(name) ?? []);
}

const show = (count: number | null) => (count === null ? '–' : count.toLocaleString('en'));

function describeDifference({ now, backup }: Count): string {
  const more = backup - (now ?? 0);
  if (more === 0) return 'As many';
  const count = Math.abs(more).toLocaleString('en');
  return more > 0 ? `${count} more` : `${count} fewer`;
}

function OnlyHere({ prepared: { replaces, only_here, taken_at } }: { prepared: Prepared }) {
  if (replaces === null) return null;
  const { projects = [], users = [] } = only_here;
  const goes = [
    ...(projects.length > 0 ? [`${formatCount(projects.length, 'project')}: ${listNames(projects)}`] : []),
    ...(users.length > 0 ? [`${formatCount(users.length, 'account')}: ${listNames(users)}`] : []),
  ];
  return (
    <Banner tone="attention">
      <b>What was changed here after {formatExact(taken_at)} goes.</b>{' '}
      {goes.length > 0 && <>Not in the backup: {goes.join('; ')}. </>}
      The database of now is kept beside for 30 days, and you can go back to it on the Backups page.
    </Banner>
  );
}

/** So many are named. */
const MAX_NAMES = 5;

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
