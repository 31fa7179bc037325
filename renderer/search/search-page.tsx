import { Link } from '@tanstack/react-router';
import { Search, SearchX } from 'lucide-react';
import { type FoundRow, useFound } from '../app/palette/found.ts';
import { useAddress } from '../ui/address.ts';
import { Empty } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { Filter } from '../ui/chip.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { Page } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';

/** Of each kind; more than anyone reads. */
const MOST = 200;
const kept = ['search', 'kind'] as const;

/** Everything with a name that the caller may see, by what was typed. */
export function SearchPage() {
  const [{ search, kind }, change] = useAddress(kept);
  const typed = search.trim();
  const { rows, isSearching } = useFound(search, MOST);
  const found = typed === '' ? [] : rows;
  const kinds = [...new Set(found.map(({ group }) => group))];
  // The kind that was asked for may come last: until then others are not shown in its place.
  const isAwaited = isSearching && kind !== '' && !kinds.includes(kind);
  const shown = isAwaited || kinds.includes(kind) ? found.filter(({ group }) => group === kind) : found;
  const count = (group: string) => found.filter((row) => row.group === group).length;
  return (
    <Page title="Search">
      <div className="toolbar flex-wrap">
        <SearchField
          label="Search names and plain values"
          value={search}
          onChange={(next) => change({ search: next.slice(0, 500) })}
        />
        <span className="quiet ml-auto empty:hidden" role="status">
          {typed === '' || isSearching ? '' : `${found.length.toLocaleString()} found`}
        </span>
      </div>
      {kinds.length > 0 && (
        <fieldset className="mb-3 flex min-w-0 flex-wrap gap-1.5" aria-label="Kind">
          <Filter isOn={!kinds.includes(kind)} count={found.length} onClick={() => change({ kind: '' })}>
            All
          </Filter>
          {kinds.map((group) => (
            <Filter
              key={group}
              isOn={group === kind}
              count={count(group)}
              onClick={() => change({ kind: group })}
            >
              {group}
            </Filter>
          ))}
        </fieldset>
      )}
      <Table
        label="Results"
        rows={shown}
        // Two may have one label in one project.
        rowKey={(row) => `${row.group}\n${row.to}\n${row.label}\n${shown.indexOf(row)}`}
        empty={<Nothing typed={typed} onClear={() => change({ search: '', kind: '' })} />}
        columns={columns}
      />
    </Page>
  );
}

const columns = [
  {
    name: 'Name',
    isRowHeader: true,
    title: ({ label }: FoundRow) => label,
    cell: ({ label, to, search, hash, icon: Icon }: FoundRow) => (
      <Link
        to={to as '/'}
        search={(search ?? {}) as never}
        {...(hash === undefined ? {} : { hash })}
        className="flex min-w-0 items-center gap-2"
      >
        <Icon className="icon flex-none" aria-hidden="true" />
        <bdi className="truncate">{label}</bdi>
      </Link>
    ),
  },
  {
    name: 'Where',
    title: ({ aside }: FoundRow) => aside,
    cell: ({ aside }: FoundRow) => <bdi className="block truncate">{aside}</bdi>,
  },
  { name: 'Kind', width: 'w-40', className: 'max-phone:hidden', cell: ({ group }: FoundRow) => group },
];

function Nothing({ typed, onClear }: { typed: string; onClear: () => void }) {
  return typed === '' ? (
    <Empty
      icon={Search}
      title="Search everything"
      text="Variables, projects, environments, people, API keys and settings, by their names; variables by their plain values, too. Encrypted values are not searched."
    />
  ) : (
    <Empty
      icon={SearchX}
      title="Nothing found"
      text="No name, and no plain value, has this text."
      action={<Button onClick={onClear}>Clear</Button>}
    />
  );
}
