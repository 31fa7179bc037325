import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { showChanged } from '../../projects/undo-toast.tsx';
import { showDeleted } from '../../trash/deleted-toast.tsx';
import { StillHeld } from '../../trash/still-held.tsx';
import { typedFor } from '../../trash/typed-for.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { formatCount } from '../../ui/time.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { joinNames } from '../table/environment-chips.tsx';
import {
  moveBack,
  moveVariables,
  type Variable,
  type VariableScope,
  type VariableUses,
} from '../variable-scope.ts';
import { EnvironmentPicks } from './environment-picks.tsx';
import { useUseNames } from './use-names.ts';

interface DeleteDialogProps {
  scope: VariableScope;
  /** "photos", "the shared variables". */
  from: string;
  variables: readonly Variable[];
  onClose: () => void;
}

/** Puts variables into the trash with their history, after naming them. */
export function DeleteDialog({ scope, from, variables, onClose }: DeleteDialogProps) {
  const [first] = variables;
  const isOne = variables.length === 1;
  const what = isOne && first ? first.key : formatCount(variables.length, 'variable');
  const remove = useApiMutation(() => scope.remove(variables), {
    changes: [scope.queryKey[0], 'trash'],
    onDone: () => {
      onClose();
      if (first) void showDeleted(`${what} deleted`, { variable_id: first.id });
    },
  });
  return (
    <ConfirmDialog
      title={`Delete ${what} from ${from}?`}
      action={`Delete ${what}`}
      keep={isOne ? 'Keep it' : 'Keep them'}
      mutation={remove}
      {...typedFor(variables.length)}
      onClose={onClose}
    >
      <p>{describeLoss(scope, variables)}</p>
      {isOne && first && <UsesOf scope={scope} variable={first} />}
      {!isOne && <NameChips names={[...new Set(variables.map(({ key }) => key))]} />}
      <StillHeld since={Math.min(...variables.map(({ created_at }) => created_at))} />
    </ConfirmDialog>
  );
}

/** Names what refers to a variable before it goes: that would not resolve any more. */
function UsesOf({ scope, variable }: { scope: VariableScope; variable: Variable }) {
  const { data: uses } = useQuery({
    queryKey: [...scope.queryKey, variable.id, 'used-by'],
    queryFn: () => scope.listUses(variable.id),
  });
  return uses ? <Uses uses={uses} isShared={scope.project === null} /> : null;
}

function Uses({ uses, isShared }: { uses: VariableUses; isShared: boolean }) {
  const names = useUseNames(uses, isShared);
  const { unread } = uses;
  if (names.length === 0 && unread === 0) return null;
  return (
    <div role="alert" className="grid gap-2">
      {names.length > 0 && (
        <p>
          <b>{joinNames(names, 4)}</b> {names.length === 1 ? 'refers' : 'refer'} to it and would not resolve
          any more, so that nothing of {names.length === 1 ? 'its' : 'their'} project runs.
        </p>
      )}
      {unread > 0 && <p>{formatCount(unread, 'value')} cannot be read now and may refer to it.</p>}
    </div>
  );
}

function describeLoss(scope: VariableScope, variables: readonly Variable[]): string {
  const isOne = variables.length === 1;
  const names = [...new Set(variables.flatMap(({ environments }) => environments.map(({ name }) => name)))];
  const where =
    scope.project === null
      ? `${isOne ? 'It is' : 'They are'} deleted with ${isOne ? 'its' : 'their'} history. References to ${isOne ? 'it' : 'them'} no longer resolve.`
      : `${isOne ? 'It is' : 'They are'} removed from ${joinNames(names, 4) || 'no environment'}, with ${isOne ? 'its' : 'their'} history.`;
  const kept = ` ${isOne ? 'It' : 'They'} can be restored from the trash for 30 days.`;
  return `${where}${kept} Running apps keep ${isOne ? 'it' : 'them'} until the next start.`;
}

interface EncryptDialogProps {
  scope: VariableScope;
  /** Plain ones. */
  variables: readonly Variable[];
  onClose: () => void;
}

/** Makes plain variables secrets, once it is said what goes. */
export function EncryptDialog({ scope, variables, onClose }: EncryptDialogProps) {
  const what = formatCount(variables.length, 'variable');
  const encrypt = useApiMutation(() => scope.encrypt(variables), {
    changes: [scope.queryKey[0], 'plain-secrets'],
    onDone: () => {
      onClose();
      showToast({ icon: Lock, title: `${what} made secret` });
    },
  });
  return (
    <ConfirmDialog
      kind="main"
      title={`Make ${what} secret?`}
      action={`Make ${variables.length.toLocaleString()} secret`}
      keep="Cancel"
      mutation={encrypt}
      onClose={onClose}
    >
      <p>
        {variables.length === 1 ? 'Its value is' : 'Their values are'} encrypted, and earlier plain values are
        erased. A secret stays a secret: this cannot be undone.
      </p>
      <NameChips names={[...new Set(variables.map(({ key }) => key))]} most={12} />
    </ConfirmDialog>
  );
}

interface MoveDialogProps {
  project: string;
  environments: readonly Environment[];
  variables: readonly Variable[];
  onClose: () => void;
}

/** Moves variables to the ticked environments and removes them from the others. */
export function MoveDialog({ project, environments, variables, onClose }: MoveDialogProps) {
  const [picked, setPicked] = useState(() => listCommon(environments, variables));
  const move = useApiMutation(
    (allowUnresolved: boolean) => moveVariables(project, variables, [...picked], allowUnresolved),
    {
      changes: ['projects'],
      onDone: (moved) => {
        onClose();
        showChanged(`${formatCount(variables.length, 'variable')} moved`, {
          undo: () => moveBack(project, variables, moved),
          changes: ['projects'],
        });
      },
    },
  );
  return (
    <FormDialog
      title={`Move ${formatCount(variables.length, 'variable')}`}
      text="They will be only in the environments selected here."
      action={`Move ${variables.length.toLocaleString()}`}
      mutation={{ ...move, mutate: () => move.mutate(false) }}
      failure={
        <ProblemBanner
          error={move.error}
          anyway={{ label: 'Move anyway', onClick: () => move.mutate(true) }}
        />
      }
      isReady={picked.size > 0}
      onClose={onClose}
    >
      <NameChips names={[...new Set(variables.map(({ key }) => key))]} />
      <EnvironmentPicks environments={environments} picked={picked} onChange={setPicked} />
    </FormDialog>
  );
}

/** Environments that all of them are in. */
function listCommon(
  environments: readonly Environment[],
  variables: readonly Variable[],
): ReadonlySet<number> {
  return new Set(
    environments
      .map(({ id }) => id)
      .filter((id) => variables.every((variable) => variable.environments.some((own) => own.id === id))),
  );
}

const SHOWN = 3;

/** The first few names, then how many more. */
function NameChips({ names, most = SHOWN }: { names: readonly string[]; most?: number }) {
  return (
    <div className="chips">
      {names.slice(0, most).map((name) => (
        <span key={name} className="chip font-mono" title={name}>
          <span className="cut max-w-56">{name}</span>
        </span>
      ))}
      {names.length > most && (
        <span className="chip font-mono">and {(names.length - most).toLocaleString()} more</span>
      )}
    </div>
  );
}
