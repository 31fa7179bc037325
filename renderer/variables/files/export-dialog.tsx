import { Download } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { Select } from '../../ui/form/choices.tsx';
import { Field } from '../../ui/form/field.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { formatCount } from '../../ui/time.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import type { Variable } from '../variable-scope.ts';
import { exportFile } from './env-file-requests.ts';

interface ExportDialogProps {
  project: string;
  environments: readonly Environment[];
  environmentId: number;
  variables: readonly Variable[];
  onClose: () => void;
}

/** Exports the variables of one environment as a file, after a warning. */
export function ExportDialog(props: ExportDialogProps) {
  const { project, environments, variables, onClose } = props;
  const [environmentId, setEnvironmentId] = useState(props.environmentId);
  const environment = environments.find(({ id }) => id === environmentId);
  const inIt = variables.filter((variable) => variable.environments.some(({ id }) => id === environmentId));
  const secrets = inIt.filter(({ is_secret }) => is_secret).length;
  const fileName = `${project}.${environment?.slug ?? 'environment'}.env`;
  const download = useApiMutation(() => exportFile(project, environmentId), {
    onDone: (text) => {
      onClose();
      saveFile(fileName, text, 'text/plain');
      showToast({ icon: Download, title: `${fileName} is in your downloads`, text: 'Delete it after use.' });
    },
  });
  return (
    <FormDialog
      title="Export a .env file"
      action="Download"
      icon={Download}
      mutation={download}
      failure={<ProblemBanner error={download.error} />}
      onClose={onClose}
    >
      <Field label="Environment">
        {(ids) => (
          <Select
            {...ids}
            value={String(environmentId)}
            onChange={(id) => setEnvironmentId(Number(id))}
            options={environments.map(({ id, name }) => ({ value: String(id), label: name }))}
          />
        )}
      </Field>
      <p className="text-text-2">
        <span className="font-mono text-12 [overflow-wrap:anywhere]">{fileName}</span> will hold{' '}
        {formatCount(inIt.length, 'variable')} in plain text
        {secrets > 0 && `, including ${formatCount(secrets, 'secret')}`}. Anyone who can read the file can
        read them. The export is recorded in the activity log.
      </p>
    </FormDialog>
  );
}
