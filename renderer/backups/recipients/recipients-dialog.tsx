import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import type { Destination } from '../backup-queries.ts';
import { describeEncryption } from '../backup-words.ts';
import { listRecipients, type Recipients, RecipientsFields } from './recipients-fields.tsx';

interface RecipientsDialogProps {
  destination: Destination;
  onClose: () => void;
}

/** Who besides the instance decrypts the backups of a destination, from the next one on. */
export function RecipientsDialog({ destination, onClose }: RecipientsDialogProps) {
  const { id, name, kind } = destination;
  const [given, setGiven] = useState<Recipients>({ kept: destination.recipients, typed: '' });
  const recipients = listRecipients(given);
  const change = useApiMutation(
    () =>
      askConfirmed(() =>
        client.PATCH('/backups/destinations/{id}', { params: { path: { id } }, body: { recipients } }),
      ),
    {
      changes: ['backups'],
      onDone: ({ note }) => {
        onClose();
        showToast({
          title: `Changed who can decrypt backups at ${name}`,
          text: note ?? 'From the next backup on. Those made before stay as they are.',
        });
      },
    },
  );
  return (
    <FormDialog
      title="Who can decrypt the backups?"
      text={`Those at ${name}, from the next one on. Backups made before stay as they are.`}
      action="Save"
      mutation={change}
      fields={['recipients']}
      isReady={recipients.join() !== destination.recipients.join()}
      onClose={onClose}
    >
      <p className="text-12 text-text-2" aria-live="polite">
        {describeEncryption(false, kind === 's3' ? 'bucket' : 'folder', recipients.length > 0)}
      </p>
      <RecipientsFields
        label="Besides the key"
        value={given}
        onChange={setGiven}
        error={change.fieldError('recipients')}
      />
    </FormDialog>
  );
}
