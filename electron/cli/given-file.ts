import { statSync } from 'node:fs';
import { CommandError } from './command-error.ts';

/** Whether there is a file under a path that was given. Throws where this account may not look. */
export function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError('place_unusable', `${path} cannot be looked at by this account (${code}).`);
  }
}
