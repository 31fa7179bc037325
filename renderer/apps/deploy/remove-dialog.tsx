import { useQuery } from '@tanstack/react-query';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { variablesQuery } from '../../projects/project-queries.ts';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { shorten } from '../../ui/text.ts';
import { formatCount } from '../../ui/time.ts';
import type { App } from '../app-queries.ts';
import { nameApp } from '../app-words.ts';

/** What is lost with an app: its releases and its address. Its variables stay. */
export function RemoveDialog({ app, onClose }: { app: App; onClose: () => void }) {
  const { project, environment, releases } = app;
  const variables = useQuery(variablesQuery(project.slug)).data;
  const kept = variables?.filter(({ environments }) => environments.some(({ id }) => id === environment.id));
  const remove = useApiMutation(
    () =>
      askConfirmed(() =>
        client.DELETE('/projects/{project}/environments/{environment}/app', {
          params: { path: { project: project.slug, environment: String(environment.id) } },
        }),
      ),
    {
      changes: ['projects', 'apps'],
      onDone: () => {
        onClose();
        showToast({ title: `${nameApp(app)} was removed` });
      },
    },
  );
  const count = formatCount(releases.length, 'release');
  return (
    <ConfirmDialog
      title={`Remove what runs in ${shorten(environment.name)}?`}
      action={releases.length === 0 ? 'Remove app' : `Remove app and ${count}`}
      keep="Keep it"
      mutation={remove}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{nameApp(app)}</b> is stopped, its container is deleted, and {app.host} leads nowhere.
        What it wrote inside its container is lost.
      </p>
      {releases.length > 0 && (
        <p className="[overflow-wrap:anywhere]">
          {count} cannot be rolled back to any more:{' '}
          {releases.map(({ number, image }) => `${number} (${image})`).join(', ')}.
        </p>
      )}
      <p>
        {kept === undefined
          ? 'The variables of the environment stay.'
          : `${formatCount(kept.length, 'variable')} of the environment ${kept.length === 1 ? 'stays' : 'stay'}.`}{' '}
        This cannot be undone.
      </p>
    </ConfirmDialog>
  );
}
