import { Checkbox } from '../../ui/form/choices.tsx';
import { describeEncryption } from '../backup-words.ts';
import { listRecipients, type Recipients, RecipientsFields } from './recipients-fields.tsx';

/** Who can read the backups of a destination that is to be added, as it stands in the form. */
export interface Encryption {
  isReadable: boolean;
  recipients: Recipients;
}

export const ENCRYPTED: Encryption = { isReadable: false, recipients: { kept: [], typed: '' } };

/** `encryption` as the API takes it. */
export const asEncryptionBody = ({ isReadable, recipients }: Encryption) => ({
  readable_without_key: isReadable,
  recipients: isReadable ? [] : listRecipients(recipients),
});

interface EncryptionChoiceProps {
  place: 'folder' | 'bucket';
  value: Encryption;
  onChange: (value: Encryption) => void;
  /** What is wrong with the recipients. */
  error: string | undefined;
}

/** Asks who, besides this instance, can read the backups of a destination. */
export function EncryptionChoice({ place, value, onChange, error }: EncryptionChoiceProps) {
  const { isReadable, recipients } = value;
  return (
    <>
      <div className="grid gap-2">
        <Checkbox
          checked={isReadable}
          onChange={(isChecked) => onChange({ ...value, isReadable: isChecked })}
        >
          Readable without the key
        </Checkbox>
        <p className="text-12 text-text-2" aria-live="polite">
          {describeEncryption(isReadable, place, listRecipients(recipients).length > 0)}
        </p>
      </div>
      {!isReadable && (
        <RecipientsFields
          label="Recovery keys"
          more=" Whoever has the identity of one decrypts these backups without the key: names, e-mail addresses and plain values, but no secret."
          value={recipients}
          onChange={(given) => onChange({ ...value, recipients: given })}
          error={error}
        />
      )}
    </>
  );
}
