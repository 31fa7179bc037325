import { X } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { TextAreaField } from '../../ui/form/field.tsx';
import { RecoveryKeyOffer } from './recovery-key.tsx';

/** Who besides the instance decrypts backups, as it stands in a form. */
export interface Recipients {
  /** Of recovery keys that were created here and verified, and those that were there before. */
  kept: readonly string[];
  /** One a line, or with commas between. */
  typed: string;
}

/** As the API takes them. */
export const listRecipients = ({ kept, typed }: Recipients): string[] => [
  ...kept,
  ...typed.split(/[\s,]+/).filter((each) => each !== ''),
];

interface RecipientsFieldsProps {
  /** Of those that are kept. */
  label: string;
  /** What follows "Of age (age1…), one a line; or none." */
  more?: string;
  value: Recipients;
  onChange: (value: Recipients) => void;
  /** What is wrong with them. */
  error: string | undefined;
}

/** Those that are kept, a recovery key to be created, and others to be typed. */
export function RecipientsFields({ label, more = '', value, onChange, error }: RecipientsFieldsProps) {
  const { kept, typed } = value;
  return (
    <>
      <RecipientList
        label={label}
        recipients={kept}
        onRemove={(recipient) => onChange({ typed, kept: kept.filter((each) => each !== recipient) })}
      />
      <RecoveryKeyOffer onVerified={(recipient) => onChange({ typed, kept: [...kept, recipient] })} />
      <TextAreaField
        label="Further recipients"
        value={typed}
        onChange={(event) => onChange({ kept, typed: event.target.value })}
        error={error}
        hint={`Of age (age1…), one a line; or none.${more}`}
        rows={2}
        maxLength={2000}
        className="font-mono text-12"
      />
    </>
  );
}

interface RecipientListProps {
  label: string;
  recipients: readonly string[];
  onRemove: (recipient: string) => void;
}

/** Recipients of age, each to be removed; nothing where there are none. */
function RecipientList({ label, recipients, onRemove }: RecipientListProps) {
  if (recipients.length === 0) return null;
  return (
    <div className="grid gap-2">
      <span className="text-12 text-text-2">{label}</span>
      <ul aria-label={label} className="flex flex-wrap gap-2">
        {recipients.map((recipient) => (
          <li key={recipient} className="recipient">
            <code title={recipient}>{shorten(recipient)}</code>
            <IconButton
              isSmall
              icon={X}
              label={`Remove ${shorten(recipient)}`}
              onClick={() => onRemove(recipient)}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Both ends: people compare those. */
const shorten = (recipient: string) => `${recipient.slice(0, 12)}…${recipient.slice(-8)}`;
