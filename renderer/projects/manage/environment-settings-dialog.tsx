import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import type { Environment } from '../project-queries.ts';
import { BranchField } from './new-environment-dialog.tsx';

interface EnvironmentSettingsDialogProps {
  project: string;
  environment: Environment;
  onClose: () => void;
}

export function EnvironmentSettingsDialog({ project, environment, onClose }: EnvironmentSettingsDialogProps) {
  const [branch, setBranch] = useState(environment.branch ?? '');
  const save = useApiMutation(
    () =>
      ask(
        client.PUT('/projects/{project}/environments/{environment}/settings', {
          params: { path: { project, environment: String(environment.id) } },
          body: { branch: branch.trim() || null },
        }),
      ),
    { changes: ['projects'], onDone: onClose },
  );
  return (
    <FormDialog
      title={
        <span className="block truncate" dir="auto" title={environment.name}>
          Settings of {environment.name}
        </span>
      }
      action="Save"
      mutation={save}
      fields={['branch']}
      onClose={onClose}
    >
      <BranchField branch={branch} onChange={setBranch} error={save.fieldError('branch')} autoFocus />
    </FormDialog>
  );
}
