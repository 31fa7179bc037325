import type { Schemas } from '../api-request.ts';

/** "Ada Keller <ada@example.org>", "API key ci (deleted) of Ada Keller". */
export function sayActor({ name, email, person, is_deleted }: Schemas['Actor']): string {
  const address = email === null || email === name ? '' : ` <${email}>`;
  return `${name}${address}${is_deleted ? ' (deleted)' : ''}${person === null ? '' : ` of ${person}`}`;
}
