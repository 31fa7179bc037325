import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { showDeleted } from '../trash/deleted-toast.tsx';
import { StillHeld } from '../trash/still-held.tsx';
import { typedFor } from '../trash/typed-for.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { shorten } from '../ui/text.ts';
import { formatCount } from '../ui/time.ts';
import { useEnvironmentRights } from './environment-rights.ts';
import { EnvironmentSettingsDialog } from './manage/environment-settings-dialog.tsx';
import { EnvironmentTable } from './manage/environment-table.tsx';
import { NameList } from './manage/name-list.tsx';
import { NewEnvironmentDialog } from './manage/new-environment-dialog.tsx';
import { ProjectFrame } from './project-frame.tsx';
import { type Environment, environmentsQuery, useProjectParam, variablesQuery } from './project-queries.ts';

type Open =
  | { what: 'new'; from: Environment | null }
  | { what: 'settings' | 'delete'; environment: Environment }
  | null;

/** The environments of a project. */
export function EnvironmentsPage() {
  const project = useProjectParam();
  const environments = useQuery(environmentsQuery(project));
  const variables = useQuery(variablesQuery(project)).data;
  const [open, setOpen] = useState<Open>(null);
  const { mayWrite, mayDelete } = useEnvironmentRights(project);
  const close = () => setOpen(null);
  return (
    <ProjectFrame
      project={project}
      actions={
        mayWrite && (
          <Button kind="main" icon={Plus} onClick={() => setOpen({ what: 'new', from: null })}>
            Add environment
          </Button>
        )
      }
    >
      <EnvironmentTable
        query={environments}
        environments={environments.data ?? []}
        variables={variables}
        onSettings={mayWrite ? (environment) => setOpen({ what: 'settings', environment }) : undefined}
        onDuplicate={mayWrite ? (from) => setOpen({ what: 'new', from }) : undefined}
        onDelete={mayDelete ? (environment) => setOpen({ what: 'delete', environment }) : undefined}
      />
      {open?.what === 'new' && (
        <NewEnvironmentDialog project={project} from={open.from} mayDelete={mayDelete} onClose={close} />
      )}
      {open?.what === 'settings' && (
        <EnvironmentSettingsDialog project={project} environment={open.environment} onClose={close} />
      )}
      {open?.what === 'delete' && (
        <DeleteEnvironmentDialog project={project} environment={open.environment} onClose={close} />
      )}
    </ProjectFrame>
  );
}

interface DeleteEnvironmentDialogProps {
  project: string;
  environment: Environment;
  onClose: () => void;
}

/** What is deleted with an environment: variables in no other environment. */
function DeleteEnvironmentDialog({ project, environment, onClose }: DeleteEnvironmentDialogProps) {
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
      changes: ['projects', 'trash'],
      onDone: () => {
        onClose();
        void showDeleted(`${environment.name} was deleted`, { environment_id: environment.id });
      },
    },
  );
  return (
    <ConfirmDialog
      title={`Delete the environment ${shorten(environment.name)}?`}
      action={
        lost.length === 0 ? 'Delete environment' : `Delete it and ${formatCount(lost.length, 'variable')}`
      }
      keep="Keep it"
      isReady={variables.isSuccess}
      {...typedFor(environment.name)}
      mutation={remove}
      onClose={onClose}
    >
      {variables.isPending ? (
        <p>Counting its variables…</p>
      ) : variables.isError ? (
        <p>Its variables could not be counted, so it was not deleted. Close this and try again.</p>
      ) : (
        <>
          {lost.length === 0 ? (
            <p>No variables are lost.</p>
          ) : (
            <>
              <p>
                <b>{formatCount(lost.length, 'variable')}</b> {lost.length === 1 ? 'is' : 'are'} in no other
                environment and will be deleted with {lost.length === 1 ? 'its' : 'their'} history:
              </p>
              <NameList names={lost.map(({ key }) => key)} />
            </>
          )}
          {kept > 0 && (
            <p>
              {formatCount(kept, 'variable')} {kept === 1 ? 'stays' : 'stay'} in other environments.
            </p>
          )}
          <p>It can be restored from the trash for 30 days, with what was in it.</p>
          <StillHeld since={environment.created_at} />
        </>
      )}
    </ConfirmDialog>
  );
}
