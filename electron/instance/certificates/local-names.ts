import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isWithin, PRIVATE_NETWORKS } from '../kernel/addresses.ts';

/**
 * Domains that no public registry gives to anyone: RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's
 * resolution 2024.07.29.06 (internal), and lan, which routers use without asking anyone and nobody can register.
 */
export const LOCAL_DOMAINS: readonly string[] = ['localhost', 'local', 'lan', 'home.arpa', 'internal'];

/** What this machine calls itself, whatever that is: lower case; none when no certificate could name it. */
export function listMachineNames(): string[] {
  const own = hostname().toLowerCase();
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(own) && !isIP(own) ? [own] : [];
}

/**
 * Whether the local authority may vouch for a name or an address: nobody elsewhere can own it.
 *
 * @param machineNames names beside the local domains, with all that is below them.
 */
export function isLocalName(name: string, machineNames: readonly string[]): boolean {
  if (isIP(name)) return isWithin(name, PRIVATE_NETWORKS);
  const wanted = name.toLowerCase();
  return [...LOCAL_DOMAINS, ...machineNames].some(
    (domain) => wanted === domain || wanted.endsWith(`.${domain}`),
  );
}
