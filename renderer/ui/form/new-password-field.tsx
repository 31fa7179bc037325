import { formatCount } from '../time.ts';
import { PasswordField } from './field.tsx';

/** bcrypt's own limit: further bytes would not count, so the instance refuses them. */
const MAX_BYTES = 72;
const MIN_CHARACTERS = 12;

export interface PasswordCheck {
  isGood: boolean;
  /** How far it is from good, in words; for the line under the field. */
  words: string;
  /** Set for what cannot become right by typing on. */
  error?: string;
}

/** The instance's rule for a new password, before it is asked, and how well it would stand against guessing. */
export function checkPassword(password: string): PasswordCheck {
  const characters = [...password].length;
  const bytes = new TextEncoder().encode(password).length;
  if (bytes > MAX_BYTES) {
    const words = `${bytes} bytes; ${MAX_BYTES} is the most. Letters with accents and signs count two to four.`;
    return { isGood: false, words, error: words };
  }
  if (characters === 0)
    return {
      isGood: false,
      words: `At least ${MIN_CHARACTERS} characters. Four or five words are easy to keep.`,
    };
  if (characters < MIN_CHARACTERS)
    return { isGood: false, words: formatCount(MIN_CHARACTERS - characters, 'more character') };
  const distinct = new Set(password).size;
  if (distinct < 6) return { isGood: true, words: 'Weak: the same few characters again and again' };
  if (characters < 16) return { isGood: true, words: 'Fair. Longer is better.' };
  return { isGood: true, words: characters < 24 ? 'Good' : 'Strong' };
}

interface NewPasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  autoFocus?: boolean;
}

/** A password to be: how strong it is stands under it. */
export function NewPasswordField({ label, value, onChange, error, autoFocus }: NewPasswordFieldProps) {
  const check = checkPassword(value);
  return (
    <PasswordField
      label={label}
      autoComplete="new-password"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={check.error ?? error}
      hint={<span aria-live="polite">{check.words}</span>}
      {...(autoFocus ? { autoFocus } : {})}
    />
  );
}
