import { hostname, networkInterfaces } from 'node:os';

/** Names and addresses this machine answers to, lower case, in a stable order; `extra` from the settings. */
export function listHostNames(extra: readonly string[] = []): string[] {
  const own = hostname().toLowerCase();
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // Scoped addresses (fe80::…) cannot be named in a certificate.
    .filter((address) => !address.address.toLowerCase().startsWith('fe80:'))
    .map((address) => address.address.toLowerCase());
  const names = [
    'localhost',
    own,
    own.includes('.') ? '' : `${own}.local`,
    ...extra.map((name) => name.toLowerCase()),
  ];
  return [
    ...new Set([
      ...names.filter((name) => /^[a-z0-9.-]+$/.test(name)),
      '127.0.0.1',
      '::1',
      ...addresses.sort(),
    ]),
  ];
}
