import { PasswordField } from './field.tsx';
import { loadJudge, MIN_CHARACTERS, StrengthLine, useStrength } from './strength-line.tsx';

/** bcrypt's limit: further bytes would be ignored, so the instance refuses them. */
const MAX_BYTES = 72;

export interface PasswordCheck {
  isGood: boolean;
  /** Set for errors that more typing cannot fix. */
  error?: string;
}

/** The instance's rule for a new password, checked before sending. */
export function checkPassword(password: string): PasswordCheck {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes > MAX_BYTES) {
    return {
      isGood: false,
      error: `${bytes} bytes; at most ${MAX_BYTES} are allowed. Accented letters and symbols count as two to four.`,
    };
  }
  return { isGood: [...password].length >= MIN_CHARACTERS };
}

interface NewPasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Names of the account's owner: name, e-mail address. */
  names: readonly string[];
  error?: string | undefined;
  autoFocus?: boolean;
}

/** A field for a new password with its strength below. */
export function NewPasswordField({
  label,
  value,
  onChange,
  names,
  error,
  autoFocus = false,
}: NewPasswordFieldProps) {
  const strength = useStrength(value, names, 'account');
  return (
    <PasswordField
      label={label}
      autoComplete="new-password"
      autoFocus={autoFocus}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onFocus={() => void loadJudge().catch(() => undefined)}
      error={checkPassword(value).error ?? error}
      hint={
        <StrengthLine
          text={value}
          strength={strength}
          hint={`At least ${MIN_CHARACTERS} characters, at most ${MAX_BYTES} bytes. Five words are good.`}
        />
      }
    />
  );
}
