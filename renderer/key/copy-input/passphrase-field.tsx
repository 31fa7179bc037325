import { PasswordField } from '../../ui/form/field.tsx';

interface PassphraseFieldProps {
  hint?: string;
  error?: string | undefined;
  onChange: (passphrase: string) => void;
}

/** The passphrase of a protected copy, in the browser's own field and nowhere else. */
export function PassphraseField({ hint, error, onChange }: PassphraseFieldProps) {
  return (
    <PasswordField
      label="Its passphrase"
      hint={hint}
      error={error}
      maxLength={1024}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
