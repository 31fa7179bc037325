import { AppError } from '../../kernel/app-error.ts';

/**
 * An e-mail address as it is stored, looked up and counted by: one form for all three, or a guess could be counted under
 * a name that no account is found by.
 */
export function normalizeEmail(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

/** As it is stored. Throws `invalid_request`. */
export function parseEmail(text: string): string {
  const email = normalizeEmail(text);
  if (/^[^\s@]+@[^\s@]+$/.test(email) && email.length <= 254) return email;
  throw new AppError('invalid_request', 'This is not an e-mail address.', {
    fields: { email: 'not an e-mail address' },
  });
}
