import { TextAreaField } from '../ui/form/field.tsx';

interface RecipientsFieldProps {
  value: string;
  onChange: (text: string) => void;
  error: string | undefined;
}

/** Who besides the instance can decrypt the backups of a destination. */
export function RecipientsField({ value, onChange, error }: RecipientsFieldProps) {
  return (
    <TextAreaField
      label="Further recipients"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
      hint="Of age (age1…), one a line; or none. Whoever has the identity of one decrypts these backups without the key: names, e-mail addresses and plain values, but no secret."
      rows={2}
      maxLength={2000}
      className="font-mono text-12"
    />
  );
}

/** As they were typed: one a line, or with commas between. */
export const splitRecipients = (text: string): string[] => text.split(/[\s,]+/).filter((each) => each !== '');
