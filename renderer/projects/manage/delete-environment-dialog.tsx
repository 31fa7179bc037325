import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { formatCount } from '../../ui/time.ts';
import { type Environment, variablesQuery } from '../project-queries.ts';
import { NameList } from './name-list.tsx';

interface DeleteEnvironmentDialogProps {
  project: string;
  environment: Environment;
  onClose: () => void;
}

/** What goes with an environment: the variables that are in no other. */
export function DeleteEnvironmentDialog({ project, environment, onClose }: DeleteEnvironmentDialogProps) {
  const variables = useQuery(variablesQuery(project));
  const inside = (variables.data ?? []).filter((each) =>
    each.environments.some(({ id }) => id === environment.id),
  );
  const lost = inside.filter((each) => each.environments.length === 1);
  const kept = inside.length - lost.length;
  const remove = useApiMutation(
    () =>
      ask(
        client.DELETE('/projects/{project}/environments/{environment}', {
          params: { path: { project, environment: String(environment.id) } },
        }),
      ),
    {
      changes: ['projects'],
      onDone: () => {
        onClose();
        showToast({ title: `${environment.name} is deleted` });
      },
    },
  );
  return (
    <ConfirmDialog
      title={`Delete the environment ${environment.name.slice(0, 60)}?`}
      action={
        lost.length === 0 ? 'Delete environment' : `Delete it and ${formatCount(lost.length, 'variable')}`
      }
      keep="Keep it"
      isReady={variables.isSuccess}
      mutation={remove}
      onClose={onClose}
    >
      {variables.isPending ? (
        <p>Counting what is in it.</p>
      ) : variables.isError ? (
        <p>What is in it could not be counted, so it is not deleted. Close this and try again.</p>
      ) : (
        <>
          {lost.length === 0 ? (
            <p>No variable is lost with it.</p>
          ) : (
            <>
              <p>
                <b>{formatCount(lost.length, 'variable')}</b> {lost.length === 1 ? 'is' : 'are'} in no other
                environment and {lost.length === 1 ? 'goes' : 'go'} with it, history included:
              </p>
              <NameList names={lost.map(({ key }) => key)} />
              <p>Only an export you made brings them back.</p>
            </>
          )}
          {kept > 0 && (
            <p>
              {formatCount(kept, 'variable')} {kept === 1 ? 'stays' : 'stay'} in other environments.
            </p>
          )}
        </>
      )}
    </ConfirmDialog>
  );
}
