import { useNavigate } from '@tanstack/react-router';
import { ClipboardPaste } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { previewSlug } from './slug.ts';

interface NewProjectDialogProps {
  /** Slugs in use. */
  taken: ReadonlySet<string>;
  onClose: () => void;
}

/** Asks for a name, then offers to paste a .env. */
export function NewProjectDialog({ taken, onClose }: NewProjectDialogProps) {
  const [name, setName] = useState('');
  const [made, setMade] = useState<{ name: string; slug: string } | null>(null);
  const create = useApiMutation(() => ask(client.POST('/projects', { body: { name } })), {
    changes: ['projects'],
    onDone: setMade,
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
