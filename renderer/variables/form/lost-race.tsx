import type { Ends } from '../../projects/end-words.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { Actor } from '../../ui/actor.tsx';
import { Table } from '../../ui/table.tsx';
import { formatAgo, formatDate } from '../../ui/time.ts';
import { joinNames } from '../table/environment-chips.tsx';
import { Mask } from '../table/plain-value.tsx';
import type { Variable } from '../variable-scope.ts';
import type { FormFields } from './variable-form.tsx';

interface LostRaceProps {
  /** The variable as it was when the form was opened. */
  was: Variable;
  mine: FormFields;
  theirs: Variable;
  environments: readonly Environment[];
}

/** Someone else saved first: shows both versions side by side. SECURITY: for a secret, only whether it changed. */
export function LostRace({ was, mine, theirs, environments }: LostRaceProps) {
  const nameOf = (ids: readonly number[]) =>
    joinNames(environments.filter(({ id }) => ids.includes(id)).map(({ name }) => name)) || 'none';
  const rows = [
    { label: 'Name', mine: <Text>{mine.key}</Text>, theirs: <Text>{theirs.key}</Text> },
    {
      label: 'Value',
      mine: (
        <ValueOf
          value={mine.value ?? was.value}
          isSecret={mine.is_secret ?? was.is_secret}
          isNew={mine.value !== null}
        />
      ),
      theirs: (
        <ValueOf
          value={theirs.value}
          isSecret={theirs.is_secret}
          isNew={theirs.is_secret ? theirs.version !== was.version : theirs.value !== was.value}
        />
      ),
    },
    {
      label: 'Kind',
      mine: (mine.is_secret ?? was.is_secret) ? 'Secret' : 'Plain',
      theirs: theirs.is_secret ? 'Secret' : 'Plain',
    },
    {
      label: 'Ends',
      mine: sayEndOf(mine.expires_at === undefined ? was : toEnds(mine.expires_at, was)),
      theirs: sayEndOf(theirs),
    },
    ...(mine.note !== (was.note ?? '') || theirs.note !== was.note
      ? [{ label: 'Note', mine: mine.note || 'none', theirs: theirs.note ?? 'none' }]
      : []),
    ...(environments.length > 0
      ? [
          {
            label: 'Environments',
            mine: nameOf(mine.environment_ids),
            theirs: nameOf(theirs.environments.map(({ id }) => id)),
          },
          {
            label: 'In previews',
            mine: mine.include_in_preview ? 'yes' : 'no',
            theirs: theirs.include_in_preview ? 'yes' : 'no',
          },
        ]
      : []),
  ];
  return (
    <>
      <p className="mb-4 text-text-2">
        <Actor actor={theirs.changed_by_actor} /> saved it {formatAgo(theirs.updated_at)}, while this was
        open. Your changes are not saved yet.
      </p>
      <Table
        label="Both versions"
        className="race"
        rows={rows}
        rowKey={(row) => row.label}
        columns={[
          {
            name: 'What',
            head: <span className="sr">What</span>,
            isRowHeader: true,
            width: 'w-28',
            cell: (row) => row.label,
          },
          { name: 'Yours', cell: (row) => row.mine },
          { name: 'Theirs', cell: (row) => row.theirs },
        ]}
      />
    </>
  );
}

/** As it is once this is saved. */
const toEnds = (said: Exclude<FormFields['expires_at'], undefined>, was: Variable): Ends =>
  said === null
    ? { ...was, expires_at: was.found_expires_at, expires_from: was.found_expires_from }
    : { ...was, expires_at: said === 'never' ? null : said, expires_from: 'by_hand' };

const sayEndOf = ({ expires_at: at }: Ends): string => (at === null ? 'no end' : formatDate(at));

function Text({ children }: { children: string }) {
  return <span className="name">{children}</span>;
}

const SHOWN_CHARACTERS = 400;

function ValueOf({ value, isSecret, isNew }: { value: string | null; isSecret: boolean; isNew: boolean }) {
  if (isSecret || value === null)
    return (
      <>
        <Mask /> <span className="text-12 text-text-3">{isNew ? 'new' : 'unchanged'}</span>
      </>
    );
  return (
    <span className="value" dir="auto">
      {value.slice(0, SHOWN_CHARACTERS)}
      {value.length > SHOWN_CHARACTERS && '…'}
    </span>
  );
}
