import { useNavigate } from '@tanstack/react-router';
import { ClipboardPaste, Container } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { useMayDeployAnywhere } from '../../apps/app-rights.ts';
import { Button } from '../../ui/button.tsx';
import { Choices } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { previewSlug } from './slug.ts';

interface NewProjectDialogProps {
  /** Slugs in use. */
  taken: ReadonlySet<string>;
  onClose: () => void;
}

type Begin = 'variables' | 'image';

/** Asks for a name, then offers to paste a .env; or goes to the deployment of an image. */
export function NewProjectDialog({ taken, onClose }: NewProjectDialogProps) {
  const [name, setName] = useState('');
  const [made, setMade] = useState<{ name: string; slug: string } | null>(null);
  const [begin, setBegin] = useState<Begin>('variables');
  const mayDeploy = useMayDeployAnywhere();
  const navigate = useNavigate();
  const create = useApiMutation(() => ask(client.POST('/projects', { body: { name } })), {
    changes: ['projects'],
    onDone: (project) => {
      if (begin === 'variables') return setMade(project);
      onClose();
      return void navigate({
        to: '/projects/$project/deployments',
        params: { project: project.slug },
        search: { open: 'deploy' } as never,
      });
    },
  });
  if (made) return <Made project={made} onClose={onClose} />;
  return (
    <FormDialog
      title="New project"
      text="One application with its environments and variables. It starts with the environment production."
      action="Create project"
      mutation={create}
      fields={['name']}
      isReady={name.trim() !== ''}
      onClose={onClose}
    >
      <TextField
        label="Name"
        name="name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={create.fieldError('name')}
        dir="auto"
        maxLength={500}
        autoFocus
        hint={
          <>
            Address:{' '}
            <span className="font-mono">
              /projects/{name.trim() === '' ? '…' : previewSlug(name.trim(), 'project', taken)}
            </span>
          </>
        }
      />
      {mayDeploy && (
        <Choices
          label="Begin with"
          value={begin}
          onChange={setBegin}
          options={[
            {
              value: 'variables',
              icon: ClipboardPaste,
              title: 'Its variables',
              text: 'Paste its .env next.',
            },
            {
              value: 'image',
              icon: Container,
              title: 'From an image',
              text: 'Say next which image runs. It gets an address on this machine.',
            },
          ]}
        />
      )}
    </FormDialog>
  );
}

function Made({ project, onClose }: { project: { name: string; slug: string }; onClose: () => void }) {
  const navigate = useNavigate();
  return (
    <Dialog
      onClose={onClose}
      title={
        <span dir="auto" className="block truncate" title={project.name}>
          {project.name} was created
        </span>
      }
      text="Paste its .env to import its variables. You see what each line becomes before anything is saved. Values that look like secrets are encrypted."
      foot={
        <>
          <span className="grow" />
          <Button onClick={onClose}>Later</Button>
          <Button
            kind="main"
            icon={ClipboardPaste}
            autoFocus
            onClick={() =>
              void navigate({
                to: '/projects/$project',
                params: { project: project.slug },
                search: { open: 'paste' } as never,
              })
            }
          >
            Paste your .env
          </Button>
        </>
      }
    />
  );
}
