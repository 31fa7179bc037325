import { Link } from '@tanstack/react-router';
import { ListChecks } from 'lucide-react';
import { useCallback, useState } from 'react';
import { buttonClass } from '../ui/button.tsx';
import { Empty } from '../ui/nothing.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import type { Replaced } from './lost-value-row.tsx';
import { RecoveryGroup } from './recovery-group.tsx';
import type { LostValue, RecoveryGroupName, RecoveryList } from './recovery-query.ts';
import { groupWords } from './recovery-words.ts';

const order = Object.keys(groupWords) as RecoveryGroupName[];

/** The groups, what breaks first on top. What was replaced in this visit stays in sight, ticked. */
export function LostValues({ list, mayMend }: { list: RecoveryList; mayMend: boolean }) {
  const [replaced, setReplaced] = useState<ReadonlyMap<string, Replaced & Kept>>(new Map());
  // SECURITY: a new value is in this state alone until "I have stored it".
  const [shown, setShown] = useState<{ name: string; values: string[] } | null>(null);
  const groupOf = (id: string) => list.groups.find(({ values }) => values.some((value) => value.id === id));
  const note = useCallback((group: RecoveryGroupName) => {
    return (value: LostValue, said: string) =>
      setReplaced((known) => new Map(known).set(value.id, { said, atMs: Date.now(), value, group }));
  }, []);
  const groups = order
    .map((group) => {
      const left = list.groups.find((each) => each.group === group)?.values ?? [];
      const done = [...replaced.values()].filter((each) => each.group === group && !groupOf(each.value.id));
      const values = [...left, ...done.map(({ value }) => value)];
      return { group, values: values.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    })
    .filter(({ values }) => values.length > 0);
  return (
    <>
      {list.remaining === 0 && <Done />}
      {groups.length > 0 && (
        <div className="table-wrap">
          {groups.map(({ group, values }, at) => (
            <RecoveryGroup
              key={group}
              order={at + 1}
              group={group}
              values={values}
              replaced={replaced}
              mayMend={mayMend}
              onReplaced={note(group)}
              onShow={(name, value) => setShown({ name, values: [value] })}
            />
          ))}
        </div>
      )}
      {shown && (
        <ShownOnce name={shown.name} values={shown.values} onStored={() => setShown(null)}>
          Whatever used the lost value needs this one now. It is not shown again.
        </ShownOnce>
      )}
    </>
  );
}

/** A replaced value leaves the list of the instance: what is needed to go on showing it. */
interface Kept {
  value: LostValue;
  group: RecoveryGroupName;
}

function Done() {
  return (
    <div className="card">
      <Empty
        icon={ListChecks}
        title="Every lost value is replaced"
        text="Nothing is left on this list. A proven copy of the new key keeps it so."
        action={
          <Link to="/secrets" className={buttonClass()}>
            See the secrets
          </Link>
        }
      />
    </div>
  );
}
