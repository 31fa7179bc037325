import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { useMay } from '../../app/session.ts';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { formatCount } from '../../ui/time.ts';
import { environmentsQuery, type Project, tokensQuery, variablesQuery } from '../project-queries.ts';
import { NameList } from './name-list.tsx';

/** What is lost with a project, by count and name; its name is typed before. */
export function DeleteProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const navigate = useNavigate();
  const variables = useQuery(variablesQuery(project.slug));
  const environments = useQuery(environmentsQuery(project.slug));
  const tokens = useQuery({ ...tokensQuery(project.slug), enabled: useMay('tokens:read') });
  const isCounted = variables.isSuccess && environments.isSuccess && (tokens.isSuccess || !tokens.isEnabled);
  const remove = useApiMutation(
    () => ask(client.DELETE('/projects/{project}', { params: { path: { project: String(project.id) } } })),
    {
      changes: ['projects'],
      onDone: () => {
        showToast({ title: `${project.name} is deleted` });
        return navigate({ to: '/projects', replace: true });
      },
    },
  );
  const list = variables.data ?? [];
  const secrets = list.filter((each) => each.is_secret).length;
  return (
    <ConfirmDialog
      title={`Delete ${project.name.slice(0, 60)}?`}
      action={list.length === 0 ? 'Delete project' : `Delete it and ${formatCount(list.length, 'variable')}`}
      keep="Keep it"
      mutation={remove}
      isReady={isCounted}
      typed={{
        label: (
          <span className="[overflow-wrap:anywhere]">
            Type its name: <span dir="auto">{project.name}</span>
          </span>
        ),
        name: project.name,
      }}
      onClose={onClose}
    >
      {isCounted ? (
        <>
          <p>
            With it go <b>{formatCount(list.length, 'variable')}</b>
            {secrets > 0 && ` (${secrets.toLocaleString()} secret)`}, every earlier value of theirs,{' '}
            <b>{formatCount(environments.data?.length ?? 0, 'environment')}</b>
            {tokens.data && (
              <>
                {' '}
                and <b>{formatCount(tokens.data.tokens.length, 'deployment token')}</b>
              </>
            )}
            .
          </p>
          {list.length > 0 && <NameList names={[...new Set(list.map(({ key }) => key))]} />}
          <p>Only an export you made brings them back.</p>
        </>
      ) : variables.isError || environments.isError || tokens.isError ? (
        <p>What is in it could not be counted, so it is not deleted. Close this and try again.</p>
      ) : (
        <p>Counting what is in it.</p>
      )}
    </ConfirmDialog>
  );
}
