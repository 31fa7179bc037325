import { useNavigate } from '@tanstack/react-router';
import { FlaskConical, Trash2 } from 'lucide-react';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useMay } from '../app/session.ts';
import { showDeleted } from '../trash/deleted-toast.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { useCanEncrypt } from '../vault-state/can-encrypt.tsx';
import type { ListedProject } from './project-queries.ts';

/** Beside the first project of one's own: one to look at. Not while its secrets could not be encrypted. */
export function SampleOffer() {
  const navigate = useNavigate();
  const mayChange = useMay('environments:write');
  const canEncrypt = useCanEncrypt();
  const create = useApiMutation(() => ask(client.POST('/projects/sample')), {
    changes: ['projects', 'vault'],
    onDone: ({ slug }) => navigate({ to: '/projects/$project', params: { project: slug } }),
  });
  if (!mayChange || !canEncrypt) return null;
  return (
    <div className="mt-4 grid justify-items-start gap-1">
      <Button
        kind="plain"
        isSmall
        icon={FlaskConical}
        isBusy={create.isPending}
        onClick={() => create.mutate()}
      >
        Look at a sample project first
      </Button>
      <p className="quiet">
        Two environments, with variables whose notes say what each shows. Its secrets open nothing. They are
        encrypted and counted like yours, so Home asks for a copy of the key and a backup for them too.
      </p>
      <ErrorLine said={create.message} />
    </div>
  );
}

/** On Home, while the sample project is there: one click takes it away. */
export function RemoveSample({ projects }: { projects: readonly ListedProject[] }) {
  const mayDelete = useMay('projects:delete');
  const sample = projects.find(({ is_sample }) => is_sample);
  const remove = useApiMutation(
    (id: number) =>
      askConfirmed(() => client.DELETE('/projects/{project}', { params: { path: { project: String(id) } } })),
    {
      changes: ['projects', 'trash', 'vault'],
      onDone: (_answer, id) => void showDeleted('The sample project was removed', { project_id: id }),
    },
  );
  if (!sample || !mayDelete) return null;
  return (
    <div className="mt-2 grid justify-items-start gap-1">
      <Button
        kind="plain"
        isSmall
        icon={Trash2}
        isBusy={remove.isPending}
        onClick={() => remove.mutate(sample.id)}
      >
        Remove the sample project
      </Button>
      <p className="quiet">
        It can be restored from the trash for 30 days, and its secrets are kept and counted until then; its
        deployment tokens end now.
      </p>
      <ErrorLine said={remove.message} />
    </div>
  );
}
