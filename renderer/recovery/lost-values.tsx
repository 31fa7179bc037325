import { Link } from '@tanstack/react-router';
import { ChevronDown, ChevronRight, ListChecks } from 'lucide-react';
import { useCallback, useId, useState } from 'react';
import { wordsOfKind } from '../secrets/secret-words.ts';
import { Empty } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import { nameApart } from '../ui/rows/names-apart.ts';
import { serverNow } from '../ui/time.ts';
import { LostValueRow, nameLost, type Replaced } from './lost-value-row.tsx';
import type { LostValue, RecoveryGroupName, RecoveryList } from './recovery-query.ts';
import { groupWords } from './recovery-query.ts';

const order = Object.keys(groupWords) as RecoveryGroupName[];

/** The groups, most urgent first. Values replaced during this visit stay visible, ticked. */
export function LostValues({ list, mayFix }: { list: RecoveryList; mayFix: boolean }) {
  const [replaced, setReplaced] = useState<ReadonlyMap<string, Replaced & Kept>>(new Map());
  // SECURITY: a new value is only in this state until "I have stored it".
  const [shown, setShown] = useState<{ name: string; values: string[] } | null>(null);
  const groupOf = (id: string) => list.groups.find(({ values }) => values.some((value) => value.id === id));
  const note = useCallback((group: RecoveryGroupName) => {
    return (value: LostValue, said: string) =>
      setReplaced((known) => new Map(known).set(value.id, { said, atMs: serverNow(), value, group }));
  }, []);
  const groups = order
    .map((group) => {
      const left = list.groups.find((each) => each.group === group)?.values ?? [];
      const done = [...replaced.values()].filter((each) => each.group === group && !groupOf(each.value.id));
      const values = [...left, ...done.map(({ value }) => value)];
      return { group, values: values.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    })
    .filter(({ values }) => values.length > 0);
  const nameOf = nameApart(
    groups.flatMap(({ values }) => values),
    nameLost,
    ({ owner, kind }) => `, ${owner?.belongs_to ?? wordsOfKind(kind).label}`,
  );
  return (
    <>
      {list.remaining === 0 && list.total > 0 && <Done />}
      {groups.length > 0 && (
        <div className="table-wrap">
          {groups.map(({ group, values }, at) => (
            <RecoveryGroup
              key={group}
              order={at + 1}
              group={group}
              values={values}
              nameOf={nameOf}
              replaced={replaced}
              mayFix={mayFix}
              onReplaced={note(group)}
              onShow={(name, value) => setShown({ name, values: [value] })}
            />
          ))}
        </div>
      )}
      {shown && (
        <ShownOnce name={shown.name} values={shown.values} onStored={() => setShown(null)}>
          Update everything that used the lost value. It is not shown again.
        </ShownOnce>
      )}
    </>
  );
}

/** A replaced value is no longer on the instance's list: what is needed to keep showing it. */
interface Kept {
  value: LostValue;
  group: RecoveryGroupName;
}

function Done() {
  return (
    <div className="card">
      <Empty
        icon={ListChecks}
        title="Every lost secret is replaced"
        text="Nothing is left on this list. Keep a verified copy of the new key."
        action={
          <Link to="/secrets" className={buttonClass()}>
            Show the secrets
          </Link>
        }
      />
    </div>
  );
}

/** Groups with more values than this start collapsed, except the first. */
const LONG = 30;
/** Rows shown at once. */
const SHOWN = 100;

interface RecoveryGroupProps {
  order: number;
  group: RecoveryGroupName;
  /** Remaining values and those replaced during this visit, in list order. */
  values: readonly LostValue[];
  nameOf: (value: LostValue) => string;
  replaced: ReadonlyMap<string, Replaced>;
  mayFix: boolean;
  onReplaced: (value: LostValue, said: string) => void;
  onShow: (name: string, value: string) => void;
}

/** One group of lost values, with a header that says when they matter and how many are left. */
function RecoveryGroup({ order, group, values, nameOf, replaced, ...row }: RecoveryGroupProps) {
  const [isOpen, setOpen] = useState(order === 1 || values.length <= LONG);
  const [limit, setLimit] = useState(SHOWN);
  const id = useId();
  const { title, breaks } = groupWords[group];
  const left = values.filter((value) => !replaced.has(value.id)).length;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <section aria-label={title} className="recovery-group">
      <h2 className="recovery-head">
        <span className="recovery-order" aria-hidden="true">
          {order}
        </span>
        <b>{title}</b>
        <span className="recovery-breaks truncate">{breaks}</span>
        <span className="recovery-left">{left === 0 ? 'all replaced' : `${left.toLocaleString()} left`}</span>
        <button
          type="button"
          className="icon-btn icon-btn-small"
          aria-expanded={isOpen}
          aria-controls={id}
          aria-label={`${isOpen ? 'Close' : 'Show'} ${title}`}
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron className="icon" aria-hidden="true" />
        </button>
      </h2>
      <div id={id} hidden={!isOpen}>
        {isOpen && (
          <>
            <ul>
              {values.slice(0, limit).map((value) => (
                <LostValueRow
                  key={value.id}
                  value={value}
                  rowName={nameOf(value)}
                  replaced={replaced.get(value.id)}
                  {...row}
                />
              ))}
            </ul>
            {values.length > limit && (
              <div className="recovery-more">
                <Button isSmall onClick={() => setLimit(limit + SHOWN)}>
                  Show {Math.min(SHOWN, values.length - limit)} more of{' '}
                  {(values.length - limit).toLocaleString()}
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </section>
  );
}
