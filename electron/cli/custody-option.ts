import type { Schemas } from './api-request.ts';
import { usageError } from './command-error.ts';

const custodies: readonly Schemas['CustodyName'][] = ['file', 'keychain', 'passphrase', 'external'];

/** A custody as an option names it; undefined when it was not given. Throws a usage error for any other word. */
export function parseCustody(option: string, text: unknown): Schemas['CustodyName'] | undefined {
  if (text === undefined) return undefined;
  const found = custodies.find((name) => name === text);
  if (!found) throw usageError(`${option} must be one of ${custodies.join(', ')}.`);
  return found;
}
