import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { Choices } from '../../ui/form/choices.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { shorten } from '../../ui/text.ts';
import { formatAgo } from '../../ui/time.ts';
import type { App } from '../app-queries.ts';
import { DeployFailure } from './deploy-dialog.tsx';

interface RollbackDialogProps {
  app: App;
  /** Number of the release that is chosen at first; otherwise the newest before the current one. */
  release?: number;
  onClose: () => void;
}

/** Asks which release serves again, and goes to that deployment. */
export function RollbackDialog({ app, release, onClose }: RollbackDialogProps) {
  const navigate = useNavigate();
  const { project, environment } = app;
  const earlier = app.releases.filter(({ is_current }) => !is_current);
  const first = earlier.find(({ number }) => number === release) ?? earlier[0];
  const [chosen, setChosen] = useState(String(first?.id ?? ''));
  const target = earlier.find(({ id }) => String(id) === chosen);
  const rollBack = useApiMutation(
    () =>
      ask(
        client.POST('/projects/{project}/deployments/{deployment}/rollback', {
          params: { path: { project: project.slug, deployment: target?.deployment_id ?? 0 } },
        }),
      ),
    {
      changes: ['projects', 'apps'],
      onDone: ({ id }) => {
        onClose();
        void navigate({
          to: '/projects/$project/deployments/$deployment',
          params: { project: project.slug, deployment: String(id) },
        });
      },
    },
  );
  return (
    <FormDialog
      title={`Roll back ${shorten(environment.name)}`}
      text="The release starts next to the current one and takes over once it responds. It gets the variables as they are now."
      action={target ? `Roll back to release ${target.number}` : 'Roll back'}
      mutation={rollBack}
      failure={<DeployFailure mutation={rollBack} />}
      isReady={target !== undefined}
      isInputLost
      onClose={onClose}
    >
      {earlier.length === 0 ? (
        <p className="text-text-2">There is no earlier release that is kept.</p>
      ) : (
        <Choices
          label="Release"
          value={chosen}
          onChange={setChosen}
          options={earlier.map(({ id, number, image, created_at }) => ({
            value: String(id),
            title: `Release ${number}`,
            text: <span className="font-mono text-12 [overflow-wrap:anywhere]">{image}</span>,
            aside: formatAgo(created_at),
          }))}
        />
      )}
    </FormDialog>
  );
}
