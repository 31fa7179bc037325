import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { useIsOwner } from '../../app/session.ts';
import { TextField } from '../../ui/form/field.tsx';
import { FormError } from '../../ui/form/form-error.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { formatBytes, formatExact } from '../../ui/time.ts';
import type { Backup } from '../backup-queries.ts';

interface ExportDialogProps {
  backup: Backup;
  onClose: () => void;
}

/** A backup as one file: written by the instance where its owner says, or downloaded by a browser elsewhere. */
export function ExportDialog(props: ExportDialogProps) {
  return useIsOwner() ? <ToPath {...props} /> : <Download {...props} />;
}

const text = ({ taken_at, destination }: Backup) =>
  `The backup of ${formatExact(taken_at)} at ${destination} becomes one file. To restore it on another computer: Restore from a backup, with the path of the file.`;

function ToPath({ backup, onClose }: ExportDialogProps) {
  const [path, setPath] = useState('');
  const params = { path: { id: backup.id } };
  const write = useApiMutation(
    () => askConfirmed(() => client.POST('/backups/{id}/export', { params, body: { path: path.trim() } })),
    {
      onDone: ({ path: written, size_bytes }) => {
        onClose();
        showToast({ title: 'The backup was exported', text: `${written}, ${formatBytes(size_bytes)}` });
      },
    },
  );
  return (
    <FormDialog
      title="Export this backup"
      text={text(backup)}
      action="Export"
      mutation={write}
      fields={['path']}
      failure={
        write.fieldError('path') === undefined ? <FormError mutation={write} fields={['path']} /> : null
      }
      isReady={path.trim() !== ''}
      onClose={onClose}
    >
      <TextField
        label="New file"
        value={path}
        onChange={(event) => setPath(event.target.value)}
        error={write.fieldError('path', 'There is a file with this name already.')}
        hint="Its whole path on the machine of this instance; or a folder there, for a name by the time of the backup."
        isMono
        maxLength={4096}
        autoFocus
      />
    </FormDialog>
  );
}

function Download({ backup, onClose }: ExportDialogProps) {
  const params = { path: { id: backup.id } };
  const start = useApiMutation(
    async () => {
      // What begins here shows whether the browser may; it loads the file itself, without holding it in memory.
      await askConfirmed(async () => {
        const begun = await client.GET('/backups/{id}/file', { params, parseAs: 'stream' });
        await begun.response.body?.cancel().catch(() => undefined);
        return begun;
      });
    },
    {
      onDone: () => {
        onClose();
        location.assign(`/api/backups/${backup.id}/file`);
      },
    },
  );
  return (
    <FormDialog
      title="Download this backup"
      text={text(backup)}
      action="Download"
      mutation={start}
      onClose={onClose}
    >
      <p className="text-text-2">
        {backup.size_bytes === null ? '' : `${formatBytes(backup.size_bytes)}. `}
        Whoever has the file, and the key that it needs, has all that is in it.
      </p>
    </FormDialog>
  );
}
