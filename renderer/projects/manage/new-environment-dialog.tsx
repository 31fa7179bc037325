import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { Checkbox } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { shorten } from '../../ui/text.ts';
import type { Environment } from '../project-queries.ts';
import { showChanged } from '../undo-toast.tsx';
import { previewSlug } from './slug.ts';

interface NewEnvironmentDialogProps {
  project: string;
  /** The environment whose variables it gets; null for none. */
  from: Environment | null;
  mayDelete: boolean;
  onClose: () => void;
}

export function NewEnvironmentDialog({ project, from, mayDelete, onClose }: NewEnvironmentDialogProps) {
  const [name, setName] = useState('');
  const [branch, setBranch] = useState('');
  const [isPreview, setPreview] = useState(false);
  const add = useApiMutation(
    () => {
      const body = { name, branch: branch.trim() || null, set_as_preview: isPreview };
      return ask(
        from === null
          ? client.POST('/projects/{project}/environments', { params: { path: { project } }, body })
          : client.POST('/projects/{project}/environments/{environment}/copy', {
              params: { path: { project, environment: String(from.id) } },
              body,
            }),
      );
    },
    {
      changes: ['projects'],
      onDone: ({ id, name: made }) => {
        onClose();
        const undo = () =>
          ask(
            client.DELETE('/projects/{project}/environments/{environment}', {
              params: { path: { project, environment: String(id) } },
            }),
          );
        showChanged(
          from === null ? `${made} was added` : `${made} has the variables of ${from.name}`,
          mayDelete
            ? { undo, changes: ['projects', 'trash'], describe: () => ({ title: `${made} is in the trash` }) }
            : null,
        );
      },
    },
  );
  return (
    <FormDialog
      title={from === null ? 'Add environment' : `Duplicate ${shorten(from.name)}`}
      text={
        from === null
          ? 'Its own set of variables. It starts empty.'
          : 'A new environment with copies of its variables as they are now, without earlier versions.'
      }
      action={from === null ? 'Add environment' : 'Duplicate'}
      mutation={add}
      fields={['name', 'branch']}
      isReady={name.trim() !== ''}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={add.fieldError('name', 'An environment with this name already exists in this project.')}
        hint={
          name.trim() === '' ? (
            'staging, preview, …'
          ) : (
            <>
              Short name: <span className="font-mono">{previewSlug(name.trim(), 'environment')}</span>
            </>
          )
        }
        dir="auto"
        maxLength={500}
        autoFocus
      />
      <BranchField branch={branch} onChange={setBranch} error={add.fieldError('branch')} />
      <Checkbox checked={isPreview} onChange={setPreview}>
        For previews of branches before they are merged
      </Checkbox>
    </FormDialog>
  );
}

interface BranchFieldProps {
  branch: string;
  onChange: (branch: string) => void;
  error: string | undefined;
  autoFocus?: boolean;
}

export function BranchField({ branch, onChange, error, autoFocus = false }: BranchFieldProps) {
  return (
    <TextField
      label="Branch"
      value={branch}
      onChange={(event) => onChange(event.target.value)}
      error={error}
      hint="The branch it belongs to. Optional."
      maxLength={255}
      isMono
      autoFocus={autoFocus}
    />
  );
}
