import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { useSubmit } from '../../ui/form/submit.tsx';
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
  const submit = useSubmit(async () => {
    await ask(
      client.PUT('/projects/{project}/environments/{environment}/settings', {
        params: { path: { project, environment: String(environment.id) } },
        body: { branch: branch.trim() || null },
      }),
    );
    await queryClient.invalidateQueries({ queryKey: ['projects'] });
    onClose();
  });
  return (
    <FormDialog
      title={
        <span className="block truncate" dir="auto" title={environment.name}>
          Settings of {environment.name}
        </span>
      }
      action="Save"
      submit={submit}
      fields={['branch']}
      onClose={onClose}
    >
      <BranchField branch={branch} onChange={setBranch} error={submit.fieldError('branch')} autoFocus />
    </FormDialog>
  );
}
