import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { TextAreaField } from '../../ui/form/field.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import type { Destination } from '../backup-queries.ts';
import { describeEncryption } from '../backup-words.ts';
import { RecipientList, splitRecipients } from './recipient-list.tsx';
import { RecoveryKeyOffer } from './recovery-key.tsx';

interface RecipientsDialogProps {
  destination: Destination;
  onClose: () => void;
}

/** Who besides the instance decrypts the backups of a destination, from the next one on. */
export function RecipientsDialog({ destination, onClose }: RecipientsDialogProps) {
  const { id, name, kind } = destination;
  const [kept, setKept] = useState<readonly string[]>(destination.recipients);
  const [typed, setTyped] = useState('');
  const recipients = [...kept, ...splitRecipients(typed)];
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
      <RecipientList
        label="Besides the key"
        recipients={kept}
        onRemove={(recipient) => setKept(kept.filter((each) => each !== recipient))}
      />
      <RecoveryKeyOffer onVerified={(recipient) => setKept([...kept, recipient])} />
      <TextAreaField
        label="Further recipients"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={change.fieldError('recipients')}
        hint="Of age (age1…), one a line; or none."
        rows={2}
        maxLength={2000}
        className="font-mono text-12"
      />
    </FormDialog>
  );
}
