import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * An address in one spelling: an IPv4 address that came in an IPv6 one (::ffff:192.0.2.1) as itself, no zone, IPv6 short
 * and in small letters. What is no address stays as it is.
 */
export function plainAddress(ip: string): string {
  const [bare = ''] = ip.split('%');
  if (!isIPv6(bare)) return bare;
  const value = toBits(bare);
  return value >> 32n === 0xffffn ? fromBits(value & 0xffffffffn, 4) : fromBits(value, 6);
}

/** `192.168.1.0/24`, or the reason in words why a text is no address and no network. */
export type ParsedNetwork = { network: string } | { problem: string };

/** An address or a network in CIDR notation, as it is stored: always with its length. */
export function parseNetwork(text: string): ParsedNetwork {
  const [, base = '', , given] = /^([0-9a-f:.]+)(\/(\d{1,3}))?$/i.exec(text.trim()) ?? [];
  const family = isIP(base);
  if (family === 0) return { problem: 'not an IP address or a network like 192.168.1.0/24 or fd00::/8' };
  const widest = family === 4 ? 32 : 128;
  const length = given === undefined ? widest : Number(given);
  if (length > widest) return { problem: `the length of its network is at most /${widest}` };
  const value = toBits(base);
  // The IPv4 addresses inside IPv6: what is refused and allowed is the same under both names.
  if (family === 6 && value >> 32n === 0xffffn && length >= 96)
    return parseNetwork(`${fromBits(value & 0xffffffffn, 4)}/${length - 96}`);
  const version = family === 4 ? 4 : 6;
  const spare = BigInt(widest - length);
  const first = (value >> spare) << spare;
  if (first !== value)
    return { problem: `it begins inside of its network, which is ${fromBits(first, version)}/${length}` };
  return { network: `${fromBits(value, version)}/${length}` };
}

/** Whether an address, in any spelling, is in one of these networks, as `parseNetwork` gave them. */
export function isWithin(ip: string, networks: readonly string[]): boolean {
  const address = plainAddress(ip);
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (isIP(address) === 0) return false;
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', length = ''] = network.split('/');
    list.addSubnet(base, Number(length), isIPv4(base) ? 'ipv4' : 'ipv6');
  }
  return list.check(address, family);
}

export const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128'];

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

/** Where an address is, seen from this machine. */
export const addressPlaces = ['this_machine', 'private_network', 'internet'] as const;
export type AddressPlace = (typeof addressPlaces)[number];

export function findPlace(ip: string): AddressPlace {
  const address = plainAddress(ip);
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  if (isWithin(address, LOOPBACK) || own.some((each) => plainAddress(each.address) === address))
    return 'this_machine';
  return isWithin(address, PRIVATE_NETWORKS) ? 'private_network' : 'internet';
}

/** Of an address without a zone. */
function toBits(ip: string): bigint {
  if (isIPv4(ip)) return ip.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
  // The last 32 bits may be written as an IPv4 address (RFC 4291, 2.2).
  const [, before = ip, tail] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(ip) ?? [];
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const [head = '', behind] = before.split('::');
  const last = tail === undefined ? [] : toGroups(toBits(tail), 2);
  const [left, right] =
    behind === undefined ? [[...groups(head), ...last], []] : [groups(head), [...groups(behind), ...last]];
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function toGroups(bits: bigint, count: number): string[] {
  return Array.from({ length: count }, (_, at) =>
    ((bits >> BigInt(16 * (count - 1 - at))) & 0xffffn).toString(16),
  );
}

function fromBits(bits: bigint, version: 4 | 6): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
  // Shortened as RFC 5952 says.
  return new URL(`http://[${toGroups(bits, 8).join(':')}]/`).hostname.slice(1, -1);
}
