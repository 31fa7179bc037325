import { useQuery } from '@tanstack/react-query';
import { CircleX } from 'lucide-react';
import { useState } from 'react';
import { describeError } from '../../api/problem.ts';
import { Checkbox } from '../../ui/form/choices.tsx';
import { formatCount } from '../../ui/time.ts';
import { joinNames } from '../table/environment-chips.tsx';
import type { ReferenceChoice, Variable, VariableScope, VariableUses } from '../variable-scope.ts';
import { useUseNames } from './use-names.ts';

/** Of many that refer to it, as many as a person reads. */
const MAX_NAMED = 6;

/**
 * What refers to a variable that is being renamed, and what becomes of it. Asked for once the name differs: it reads the values
 * that may refer to it.
 *
 * @param name as it is typed.
 */
export function useRename(scope: VariableScope, variable: Variable | null, name: string) {
  const isRenamed = variable !== null && name !== '' && name !== variable.key;
  const uses = useQuery({
    queryKey: [...scope.queryKey, variable?.id, 'used-by'],
    queryFn: () => scope.listUses(variable?.id ?? 0),
    enabled: isRenamed,
  });
  const [isChanging, setChanging] = useState(true);
  const [isLeaving, setLeaving] = useState(false);
  const [isAsked, setAsked] = useState(false);

  /** Undefined without a new name; null while the person has not seen, or not said, what becomes of references. */
  const decide = async (): Promise<ReferenceChoice | undefined | null> => {
    if (!isRenamed) return undefined;
    const isSeen = uses.data !== undefined || uses.isError;
    const found = uses.data ?? (await uses.refetch()).data;
    if (found && found.unread === 0 && found.used_by.length === 0) return 'change';
    if (!isSeen) return null;
    if (found && found.unread === 0) return isChanging ? 'change' : 'keep';
    setAsked(!isLeaving);
    return isLeaving ? 'keep' : null;
  };
  return { isRenamed, uses, isChanging, setChanging, isLeaving, setLeaving, isAsked, decide };
}

interface RenameReferencesProps {
  rename: ReturnType<typeof useRename>;
  scope: VariableScope;
  variable: Variable;
  name: string;
}

/** Below the name: which references break by the new one, and the choice to change them. */
export function RenameReferences({ rename, scope, variable, name }: RenameReferencesProps) {
  const { uses, isRenamed } = rename;
  if (!isRenamed) return null;
  if (uses.data)
    return (
      <Found
        rename={rename}
        uses={uses.data}
        isShared={scope.project === null}
        was={variable.key}
        name={name}
      />
    );
  return (
    <div className="field rename-references" role="status">
      {uses.isError ? (
        <>
          <p>
            What refers to {variable.key} could not be looked up: {describeError(uses.error)}
          </p>
          <Leaving rename={rename} />
        </>
      ) : (
        <p className="text-text-3">Looking for what refers to {variable.key}…</p>
      )}
    </div>
  );
}

interface FoundProps {
  rename: ReturnType<typeof useRename>;
  uses: VariableUses;
  isShared: boolean;
  was: string;
  name: string;
}

function Found({ rename, uses, isShared, was, name }: FoundProps) {
  const names = useUseNames(uses, isShared);
  const { unread } = uses;
  if (names.length === 0 && unread === 0)
    return <p className="field rename-references text-text-3">No variable refers to {was}.</p>;
  return (
    <div className="field rename-references" role="status">
      {names.length > 0 && (
        <p>
          <b>{joinNames(names, MAX_NAMED)}</b> {names.length === 1 ? 'refers' : 'refer'} to {was}.
        </p>
      )}
      {unread > 0 ? (
        <>
          <p>
            {formatCount(unread, 'value')} cannot be read now and may refer to {was}, so references cannot be
            changed.
          </p>
          <Leaving rename={rename} />
        </>
      ) : (
        <>
          <Checkbox checked={rename.isChanging} onChange={rename.setChanging}>
            Change {names.length === 1 ? 'its reference' : 'the references'} to{' '}
            <span className="font-mono text-12 [overflow-wrap:anywhere]">{name}</span>
          </Checkbox>
          {!rename.isChanging && <Broken />}
        </>
      )}
    </div>
  );
}

/** Where references cannot be changed: leaving them must be said. */
function Leaving({ rename: { isLeaving, setLeaving, isAsked } }: Pick<RenameReferencesProps, 'rename'>) {
  return (
    <>
      <Checkbox checked={isLeaving} onChange={setLeaving}>
        Rename it, and leave references as they are
      </Checkbox>
      {isLeaving && <Broken />}
      {isAsked && !isLeaving && (
        <span className="error" role="alert">
          <CircleX className="icon icon-14" aria-hidden="true" />
          Choose this, or keep the name.
        </span>
      )}
    </>
  );
}

function Broken() {
  return (
    <p className="text-text-3">
      They would not resolve any more, so that nothing of their project runs until they are changed.
    </p>
  );
}
