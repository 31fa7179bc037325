import { isWithin, parseNetwork } from '../../kernel/addresses.ts';
import { AppError } from '../../kernel/app-error.ts';

/** More than anyone lists by hand. */
export const MAX_NETWORKS = 50;

/** What the socket and the window count as: they are opened by programs of this machine alone. */
const HERE = ['127.0.0.1', '::1'] as const;

/**
 * Addresses and networks that a key may be used from, in one spelling and each once; null for any. Throws `invalid_request`,
 * which names the entry and what is wrong with it.
 */
export function parseAllowedFrom(wanted: readonly string[] | null): string[] | null {
  if (wanted === null) return null;
  if (wanted.length === 0)
    throw refuse('Name at least one address or network; without a list it may be used from anywhere.');
  const networks = wanted.map((text, at) => {
    const parsed = parseNetwork(text);
    if ('network' in parsed) return parsed.network;
    throw refuse(`${sayEntry(text, at)}: ${parsed.problem}.`);
  });
  return [...new Set(networks)];
}

/** SECURITY: what was sent is repeated only if it looks like an address: it could be anything, in the wrong field. */
function sayEntry(text: string, at: number): string {
  return /^[0-9a-f:.]{2,45}(\/\d{1,3})?$/i.test(text) ? text : `Entry ${at + 1}`;
}

function refuse(problem: string): AppError {
  return new AppError('invalid_request', problem, { fields: { allowed_from: problem } });
}

/**
 * Throws `address_not_allowed` unless every list has the address. SECURITY: a key that a key made is held by the lists of all
 * that it depends on. Asked once the key was found to be right: a wrong one is told nothing of it.
 *
 * @param ip null for the socket, which counts as this machine: 127.0.0.1 or ::1 has to be listed.
 */
export function requireAllowedFrom(lists: readonly (readonly string[] | null)[], ip: string | null): void {
  const addresses = ip === null ? HERE : [ip];
  for (const list of lists)
    if (list !== null && !addresses.some((address) => isWithin(address, list)))
      throw new AppError(
        'address_not_allowed',
        `This key may not be used from ${ip ?? 'this machine (127.0.0.1, ::1)'}: it is limited to other addresses.`,
      );
}
