import { Checkbox } from '../../ui/form/choices.tsx';
import { TextAreaField } from '../../ui/form/field.tsx';
import { describeEncryption } from '../backup-words.ts';
import { RecipientList, splitRecipients } from './recipient-list.tsx';
import { RecoveryKeyOffer } from './recovery-key.tsx';

/** Who can read the backups of a destination that is to be added, as it stands in the form. */
export interface Encryption {
  isReadable: boolean;
  /** Recipients of recovery keys that were created here and verified. */
  recovery: readonly string[];
  /** As they were typed: one a line, or with commas between. */
  recipients: string;
}

export const ENCRYPTED: Encryption = { isReadable: false, recovery: [], recipients: '' };

/** `encryption` as the API takes it. */
export const asEncryptionBody = ({ isReadable, recovery, recipients }: Encryption) => ({
  readable_without_key: isReadable,
  recipients: isReadable ? [] : [...recovery, ...splitRecipients(recipients)],
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
  const { isReadable, recovery, recipients } = value;
  const hasOthers = recovery.length > 0 || recipients.trim() !== '';
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
          {describeEncryption(isReadable, place, hasOthers)}
        </p>
      </div>
      {!isReadable && (
        <>
          <RecipientList
            label="Recovery keys"
            recipients={recovery}
            onRemove={(recipient) =>
              onChange({ ...value, recovery: recovery.filter((each) => each !== recipient) })
            }
          />
          <RecoveryKeyOffer
            onVerified={(recipient) => onChange({ ...value, recovery: [...recovery, recipient] })}
          />
          <TextAreaField
            label="Further recipients"
            value={recipients}
            onChange={(event) => onChange({ ...value, recipients: event.target.value })}
            error={error}
            hint="Of age (age1…), one a line; or none. Whoever has the identity of one decrypts these backups without the key: names, e-mail addresses and plain values, but no secret."
            rows={2}
            maxLength={2000}
            className="font-mono text-12"
          />
        </>
      )}
    </>
  );
}
