import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { Checkbox } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { useSubmit } from '../../ui/form/submit.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { previewSlug } from './slug.ts';

export function NewEnvironmentDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [branch, setBranch] = useState('');
  const [isPreview, setPreview] = useState(false);
  const submit = useSubmit(async () => {
    await ask(
      client.POST('/projects/{project}/environments', {
        params: { path: { project } },
        body: { name, branch: branch.trim() || null, set_as_preview: isPreview },
      }),
    );
    await queryClient.invalidateQueries({ queryKey: ['projects'] });
    onClose();
  });
  return (
    <FormDialog
      title="Add environment"
      text="A set of variables of its own. It begins empty."
      action="Add environment"
      submit={submit}
      fields={['name', 'branch']}
      isReady={name.trim() !== ''}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={
          submit.fieldError('name') === 'Taken'
            ? 'This project has an environment with this name.'
            : submit.fieldError('name')
        }
        hint={
          name.trim() === '' ? (
            'staging, preview, …'
          ) : (
            <>
              Its short name: <span className="font-mono">{previewSlug(name.trim(), 'environment')}</span>
            </>
          )
        }
        dir="auto"
        maxLength={500}
        autoFocus
      />
      <BranchField branch={branch} onChange={setBranch} error={submit.fieldError('branch')} />
      <Checkbox checked={isPreview} onChange={setPreview}>
        For previews of changes, before they are merged
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
      hint="The branch it belongs to. Leave it empty for none."
      maxLength={255}
      isMono
      autoFocus={autoFocus}
    />
  );
}
