import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { Checkbox } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { previewSlug } from './slug.ts';

export function NewEnvironmentDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [branch, setBranch] = useState('');
  const [isPreview, setPreview] = useState(false);
  const add = useApiMutation(
    () =>
      ask(
        client.POST('/projects/{project}/environments', {
          params: { path: { project } },
          body: { name, branch: branch.trim() || null, set_as_preview: isPreview },
        }),
      ),
    { changes: ['projects'], onDone: onClose },
  );
  return (
    <FormDialog
      title="Add environment"
      text="Its own set of variables. It starts empty."
      action="Add environment"
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
