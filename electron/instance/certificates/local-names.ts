import { BlockList, isIP, isIPv6 } from 'node:net';
import { hostname } from 'node:os';

/**
 * Domains that no public registry gives to anyone: RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's
 * resolution 2024.07.29.06 (internal), and lan, which routers use without asking anyone and nobody can register.
 */
export const LOCAL_DOMAINS: readonly string[] = ['localhost', 'local', 'lan', 'home.arpa', 'internal'];

/**
 * Addresses that mean something else in every home: RFC 1122 (loopback), RFC 1918, RFC 3927, RFC 6598 (which overlay
 * networks hand out too), RFC 4193, RFC 4291.
 */
export const PRIVATE_NETWORKS: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

const privateAddresses = new BlockList();
for (const network of PRIVATE_NETWORKS) {
  const [address = '', prefix] = network.split('/');
  privateAddresses.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
}

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
  if (isIP(name)) return privateAddresses.check(name, isIPv6(name) ? 'ipv6' : 'ipv4');
  const wanted = name.toLowerCase();
  return [...LOCAL_DOMAINS, ...machineNames].some(
    (domain) => wanted === domain || wanted.endsWith(`.${domain}`),
  );
}
