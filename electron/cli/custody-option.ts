import type { Schemas } from './api-request.ts';
import { usageError } from './command-error.ts';

const custodies: readonly Schemas['CustodyName'][] = ['file', 'keychain', 'passphrase', 'external'];

/** The custody given by an option; undefined when it was not given. Throws a usage error for an unknown name. */
export function parseCustody(option: string, text: unknown): Schemas['CustodyName'] | undefined {
  if (text === undefined) return undefined;
  const found = custodies.find((name) => name === text);
  if (!found) throw usageError(`${option} must be one of ${custodies.join(', ')}.`);
  return found;
}
