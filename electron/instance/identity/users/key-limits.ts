import type { Caller } from '../../access/caller.ts';
import type { Role } from '../../access/permissions.ts';
import { AppError } from '../../kernel/app-error.ts';

/**
 * What programs' keys may do to people (`users:manage`): add, delete and restore accounts below administrator, and give
 * and take the roles below it. SECURITY: asked in the transaction that changes the account, so that nobody is promoted
 * in between; a deleted administrator keeps the role, and so is none of theirs either.
 */
export function requireBelowAdministrator(actor: Caller | null, roles: readonly Role[]): void {
  if (!isProgram(actor) || !roles.includes('admin')) return;
  throw new AppError(
    'forbidden',
    'A key gives and takes no administrator role, and changes no administrator: use the console.',
  );
}

/** SECURITY: whoever changes the name and address that an account signs in with can take it over. */
export function requirePersonToChange(actor: Caller | null): void {
  if (!isProgram(actor)) return;
  throw new AppError('forbidden', 'A key changes no account, nor how it signs in: use the console.');
}

function isProgram(actor: Caller | null): boolean {
  return actor?.kind === 'key' || actor?.kind === 'token';
}
