import { X } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';

interface RecipientListProps {
  label: string;
  recipients: readonly string[];
  onRemove: (recipient: string) => void;
}

/** Recipients of age, each to be removed; nothing where there are none. */
export function RecipientList({ label, recipients, onRemove }: RecipientListProps) {
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

/** As they were typed: one a line, or with commas between. */
export const splitRecipients = (text: string) => text.split(/[\s,]+/).filter((each) => each !== '');
