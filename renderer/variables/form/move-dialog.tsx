import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { formatCount } from '../../ui/time.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { NameChips } from '../table/name-chips.tsx';
import { moveVariables, type Variable } from '../variable-scope.ts';
import { EnvironmentPicks } from './environment-picks.tsx';

interface MoveDialogProps {
  project: string;
  environments: readonly Environment[];
  variables: readonly Variable[];
  onClose: () => void;
}

/** Puts variables into the environments that are ticked, and takes them out of the others. */
export function MoveDialog({ project, environments, variables, onClose }: MoveDialogProps) {
  const [picked, setPicked] = useState(() => listCommon(environments, variables));
  const move = useApiMutation(
    (allowUnresolved: boolean) => moveVariables(project, variables, [...picked], allowUnresolved),
    {
      changes: ['projects'],
      onDone: () => {
        onClose();
        showToast({ title: `${formatCount(variables.length, 'variable')} moved` });
      },
    },
  );
  return (
    <FormDialog
      title={`Move ${formatCount(variables.length, 'variable')}`}
      text="They will be in the environments ticked here, and in no others."
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

/** Where all of them are already. */
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
