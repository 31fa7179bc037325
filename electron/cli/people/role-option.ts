import { findText, type Invocation, requireText } from '../command.ts';
import { usageError } from '../command-error.ts';

/** Roles in the instance, from strongest to weakest. */
const roles = ['admin', 'user', 'reader', 'member'] as const;
export type Role = (typeof roles)[number];

/** As a usage names them. */
export const ROLES = 'admin|user|reader|member' satisfies string;

/** `--role`. Throws the error of a wrong usage for what is none, and where it is missing without a `fallback`. */
export function readRole(invocation: Invocation, fallback?: Role): Role {
  const wanted =
    fallback === undefined ? requireText(invocation, 'role') : (findText(invocation, 'role') ?? fallback);
  const role = roles.find((known) => known === wanted);
  if (!role) throw usageError(`--role must be one of ${roles.join(', ')}.`);
  return role;
}
