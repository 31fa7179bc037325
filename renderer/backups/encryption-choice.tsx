import { Checkbox } from '../ui/form/choices.tsx';
import { TextAreaField } from '../ui/form/field.tsx';
import { describeEncryption } from './backup-words.ts';

/** Who can read the backups of a destination that is to be added, as it stands in the form. */
export interface Encryption {
  isReadable: boolean;
  /** As they were typed: one a line, or with commas between. */
  recipients: string;
}

export const ENCRYPTED: Encryption = { isReadable: false, recipients: '' };

/** `encryption` as the API takes it. */
export const asEncryptionBody = ({ isReadable, recipients }: Encryption) => ({
  readable_without_key: isReadable,
  recipients: isReadable ? [] : recipients.split(/[\s,]+/).filter((each) => each !== ''),
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
          {describeEncryption(isReadable, place, recipients.trim() !== '')}
        </p>
      </div>
      {!isReadable && (
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
      )}
    </>
  );
}
