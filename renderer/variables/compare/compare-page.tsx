import { useQuery } from '@tanstack/react-query';
import { ArrowRight, ArrowUpFromLine, Columns2, Copy, Lock, SearchX, X } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { ProjectFrame } from '../../projects/project-frame.tsx';
import { type Environment, useProjectParam, variablesQuery } from '../../projects/project-queries.ts';
import { choiceOf, useAddress } from '../../ui/address.ts';
import { Empty } from '../../ui/blank-state.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Filter } from '../../ui/chip.tsx';
import { Select } from '../../ui/form/choices.tsx';
import { SearchField } from '../../ui/form/search-field.tsx';
import { shorten } from '../../ui/text.ts';
import { formatCount } from '../../ui/time.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { useRights } from '../rights.ts';
import { useRangeSelection } from '../table/range-selection.ts';
import { WithEnvironments } from '../with-environments.tsx';
import { CompareTable } from './compare-table.tsx';
import {
  type ComparedVariable,
  type Comparison,
  compareSecrets,
  comparisonQuery,
  filters,
  isShown,
} from './comparison.ts';
import { CopyDialog } from './copy-dialog.tsx';

/** Environments of a project side by side. */
export function ComparePage() {
  const project = useProjectParam();
  return (
    <WithEnvironments project={project}>
      {(environments) =>
        environments.length < 2 ? (
          <ProjectFrame project={project}>
            <div className="table-wrap">
              <Empty
                icon={Columns2}
                title="One environment"
                text="Once this project has another environment, both are compared here. Add or duplicate one under Environments."
              />
            </div>
          </ProjectFrame>
        ) : (
          <Compare key={project} project={project} environments={environments} />
        )
      }
    </WithEnvironments>
  );
}

const kept = ['from', 'to', 'show', 'search'] as const;
const ALL = 'all';
const words: Record<(typeof filters)[number], string> = {
  all: 'All',
  missing: 'Missing',
  differs: 'Differing',
  same: 'Same',
  not_compared: 'Not compared',
};
const keyOf = ({ key }: ComparedVariable) => key;

function Compare({ project, environments }: { project: string; environments: readonly Environment[] }) {
  const rights = useRights(project);
  const [{ from: fromName, to: toName, show, search }, change] = useAddress(kept);
  const named = (name: string) => environments.find((each) => each.name === name);
  const from = named(fromName);
  const to = from && (named(toName) ?? environments.find(({ id }) => id !== from.id));
  const compared = from && to && from !== to ? [from, to] : environments;
  const ids = compared.map(({ id }) => id);
  const query = useQuery(comparisonQuery(project, ids));
  const variables = useQuery(variablesQuery(project)).data ?? [];
  const secrets = useSecrets(project, ids, query.data);
  const comparison = secrets.comparison ?? query.data;
  const filter = choiceOf(filters, show);
  const wanted = search.trim().toLowerCase();
  const rows = useMemo(
    () =>
      (comparison?.variables ?? []).filter(
        (row) => isShown(row, filter) && row.key.toLowerCase().includes(wanted),
      ),
    [comparison, filter, wanted],
  );
  const { selected, chosen, select, selectAll } = useRangeSelection(rows, keyOf);
  const [copying, setCopying] = useState<{ only: string[] | null; conflicts: 'skip' | 'replace' } | null>(
    null,
  );
  const [source, target] = compared;
  const pick = (id: string) => environments.find((each) => String(each.id) === id)?.name ?? '';
  const options = environments.map(({ id, name }) => ({ value: String(id), label: name }));
  const canCompare =
    rights.mayReveal &&
    comparison?.variables.some(
      ({ values, found }) => values === 'not_compared' && found.some(({ state }) => state === 'ok'),
    );
  return (
    <ProjectFrame
      project={project}
      actions={
        rights.mayWrite &&
        from &&
        to && (
          <Button icon={ArrowUpFromLine} onClick={() => setCopying({ only: null, conflicts: 'replace' })}>
            Promote to {shorten(to.name, 30)}…
          </Button>
        )
      }
    >
      <div className="list-bar">
        {chosen.length > 0 ? (
          <div className="toolbar" role="toolbar" aria-label="Selected variables">
            <IconButton icon={X} label="Clear selection" onClick={() => selectAll(false)} />
            <span className="grow font-medium" role="status">
              {formatCount(chosen.length, 'variable')} selected
            </span>
            <Button icon={Copy} onClick={() => setCopying({ only: chosen.map(keyOf), conflicts: 'skip' })}>
              Copy {chosen.length.toLocaleString()}…
            </Button>
          </div>
        ) : (
          <div className="toolbar">
            <SearchField
              label="Search names"
              className="search"
              value={search}
              onChange={(next) => change({ search: next })}
            />
            <span className="w-44 min-w-0">
              <Select
                label="Compare"
                value={from ? String(from.id) : ALL}
                onChange={(id) => change({ from: pick(id), to: '' })}
                options={[{ value: ALL, label: 'All environments' }, ...options]}
              />
            </span>
            {from && to && (
              <>
                <ArrowRight className="icon text-icon" aria-hidden="true" />
                <span className="w-44 min-w-0">
                  <Select
                    label="With"
                    value={String(to.id)}
                    onChange={(id) => change({ to: pick(id) })}
                    options={options.filter(({ value }) => value !== String(from.id))}
                  />
                </span>
              </>
            )}
          </div>
        )}
      </div>
      <Filters
        comparison={comparison}
        filter={filter}
        onFilter={(next) => change({ show: next === 'all' ? '' : next })}
      />
      {canCompare && (
        <div className="locked-strip" role="status">
          <Lock className="icon" aria-hidden="true" />
          <span className="grow">Values of secrets are compared when you ask, and that is recorded.</span>
          <Button isSmall isBusy={secrets.isPending} onClick={secrets.compare}>
            Compare secrets
          </Button>
        </div>
      )}
      <div className="mb-3 empty:hidden">
        <ProblemBanner error={secrets.error} />
      </div>
      <CompareTable
        query={query}
        rows={rows}
        environments={compared}
        variables={variables}
        selection={rights.mayWrite ? { selected, onSelect: select, onSelectAll: selectAll } : undefined}
        empty={
          <NoRows
            isFiltered={filter !== 'all' || wanted !== ''}
            onClear={() => change({ show: '', search: '' })}
          />
        }
      />
      {copying && source && target && (
        <CopyDialog
          project={project}
          environments={environments}
          from={source.id}
          to={target.id}
          only={copying.only}
          conflicts={copying.conflicts}
          mayDelete={rights.mayDelete}
          onClose={() => setCopying(null)}
          onCopied={() => selectAll(false)}
        />
      )}
    </ProjectFrame>
  );
}

interface FiltersProps {
  comparison: Comparison | undefined;
  filter: (typeof filters)[number];
  onFilter: (filter: (typeof filters)[number]) => void;
}

function Filters({ comparison, filter, onFilter }: FiltersProps) {
  const counts = filters.map((name) => ({
    name,
    count: comparison?.variables.filter((row) => isShown(row, name)).length ?? 0,
  }));
  return (
    <fieldset className="mb-3 flex flex-wrap gap-2" aria-label="Show">
      {counts.map(
        ({ name, count }) =>
          (name !== 'not_compared' || count > 0 || filter === name) && (
            <Filter key={name} isOn={filter === name} count={count} onClick={() => onFilter(name)}>
              {words[name]}
            </Filter>
          ),
      )}
    </fieldset>
  );
}

/**
 * The comparison with the values of secrets, for as long as nothing changed since: that of what was there then is not shown as that
 * of what is there now.
 */
function useSecrets(project: string, ids: readonly number[], known: Comparison | undefined) {
  const [found, setFound] = useState<{ comparison: Comparison; of: Comparison | undefined } | null>(null);
  const compare = useApiMutation(() => compareSecrets(project, ids), {
    changes: ['secret-reads'],
    onDone: (comparison) => setFound({ comparison, of: known }),
  });
  return {
    comparison: found !== null && found.of === known ? found.comparison : undefined,
    isPending: compare.isPending,
    error: compare.error,
    compare: () => compare.mutate(),
  };
}

function NoRows({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }): ReactNode {
  return isFiltered ? (
    <Empty
      icon={SearchX}
      title="Nothing here"
      text="No variable matches the filter and the search."
      action={<Button onClick={onClear}>Show all</Button>}
    />
  ) : (
    <Empty icon={Columns2} title="No variables yet" text="These environments have no variables." />
  );
}
