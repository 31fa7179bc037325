import { useState } from 'react';
import { hasCode } from '../../api/problem.ts';
import { queryClient } from '../../api/queries.ts';
import { type Environment, variablesQuery } from '../../projects/project-queries.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
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
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const move = async (allowUnresolved: boolean) => {
    setBusy(true);
    setError(null);
    try {
      await moveVariables(project, variables, [...picked], allowUnresolved);
      await queryClient.invalidateQueries({ queryKey: variablesQuery(project).queryKey });
      showToast({ title: `${formatCount(variables.length, 'variable')} moved` });
      onClose();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const isUnresolved = hasCode(error, 'reference_missing', 'reference_cycle');
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Move ${formatCount(variables.length, 'variable')}`}
      text="They will be in the environments ticked here, and in no others."
      foot={
        <>
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" isBusy={isBusy} disabled={picked.size === 0} onClick={() => void move(false)}>
            Move {variables.length.toLocaleString()}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <NameChips names={[...new Set(variables.map(({ key }) => key))]} />
        <EnvironmentPicks environments={environments} picked={picked} onChange={setPicked} />
      </div>
      {isUnresolved ? (
        <div className="mt-4">
          <Banner tone="attention" action={<Button onClick={() => void move(true)}>Move anyway</Button>}>
            {error.message}
          </Banner>
        </div>
      ) : (
        error !== null && <ProblemBanner error={error} />
      )}
    </Dialog>
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
