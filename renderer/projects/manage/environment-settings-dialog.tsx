import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import type { Environment } from '../project-queries.ts';
import { showChanged } from '../undo-toast.tsx';
import { BranchField } from './new-environment-dialog.tsx';
import { isTextGood, type Resource, resources, toChange, toText, undoChange } from './resource-config.ts';
import { NotApplied, ResourceFields, SecurityFact } from './resource-fields.tsx';

interface EnvironmentSettingsDialogProps {
  project: string;
  environment: Environment;
  onClose: () => void;
}

/** The branch of an environment, and what is stored of how it is to be run. */
export function EnvironmentSettingsDialog({ project, environment, onClose }: EnvironmentSettingsDialogProps) {
  const { deployment_config: config } = environment;
  const [branch, setBranch] = useState(environment.branch ?? '');
  const [text, setText] = useState(() => toText(config));
  const [isCleared, setCleared] = useState(false);
  const change = (body: { branch?: string | null; deployment_config: ReturnType<typeof toChange> }) =>
    ask(
      client.PUT('/projects/{project}/environments/{environment}/settings', {
        params: { path: { project, environment: String(environment.id) } },
        body,
      }),
    );
  const save = useApiMutation(
    async () => {
      // Only what was changed here, so that someone else's changes to the rest are kept.
      const isMoved = branch.trim() !== (environment.branch ?? '');
      const resourceChange = toChange(text, config, isCleared);
      await change({
        ...(isMoved ? { branch: branch.trim() || null } : {}),
        deployment_config: resourceChange,
      });
      if (!isMoved && Object.keys(resourceChange).length === 0) return null;
      return {
        ...(isMoved ? { branch: environment.branch } : {}),
        deployment_config: undoChange(resourceChange, config),
      };
    },
    {
      changes: ['projects'],
      onDone: (former) => {
        onClose();
        if (former === null) return;
        showChanged(`Settings of ${environment.name} saved`, {
          undo: () => change(former),
          changes: ['projects'],
          failed: `The settings of ${environment.name} were not changed back`,
        });
      },
    },
  );
  const fieldError = ({ name, field }: Resource) =>
    save.fieldError(`deployment_config.${name}`) ?? save.fieldError(field);
  return (
    <FormDialog
      title={
        <span className="block truncate" dir="auto" title={environment.name}>
          Settings of {environment.name}
        </span>
      }
      action="Save"
      mutation={save}
      fields={['branch', ...resources.flatMap(({ name, field }) => [`deployment_config.${name}`, field])]}
      isReady={isTextGood(text)}
      onClose={onClose}
    >
      <BranchField branch={branch} onChange={setBranch} error={save.fieldError('branch')} autoFocus />
      <NotApplied names={environment.not_applied} />
      <ResourceFields text={text} onChange={setText} fieldError={fieldError} />
      <SecurityFact security={config?.security} isCleared={isCleared} onClear={setCleared} />
    </FormDialog>
  );
}
