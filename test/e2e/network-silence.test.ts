import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { requires } from '../requires.ts';

/**
 * A namespace with loopback and one way out, both ends of which lie in it: whatever leaves towards the world, a question
 * to a name server among it, is counted on that link. The kernel's own IPv6 discovery would be too, so there is none.
 */
const NAMESPACE = `
  set -e
  ip link set lo up
  ip link add way-out type veth peer name world
  for link in way-out world; do echo 1 > /proc/sys/net/ipv6/conf/$link/disable_ipv6; ip link set $link up; done
  ip address add 10.213.0.2/24 dev way-out
  ip neighbour add 10.213.0.1 lladdr 02:00:00:00:00:01 dev way-out
  ip route add default via 10.213.0.1
  "$@" >&2
  awk '$1 == "way-out:" { print $11 }' /proc/net/dev
`;
const runIn = (...command: string[]) =>
  spawnSync('unshare', ['--net', '--mount', '--map-root-user', 'sh', '-c', NAMESPACE, 'sh', ...command], {
    encoding: 'utf8',
    timeout: 120_000,
  });
const it = requires(
  'a network namespace',
  process.platform === 'linux' && runIn('true').status === 0,
  'needs Linux with user namespaces and iproute2',
);
const program = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, 'fresh-instance.ts'),
];

describe('nothing is sent by default', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-silence-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('a fresh instance sends no packet beyond loopback, whatever its jobs do in two days', () => {
    const { stdout, stderr, status } = runIn(...program, dataDir);
    expect(status, stderr).toBe(0);
    // Jobs did run.
    expect(JSON.parse(stderr).ran).toContain('diagnostics.integrity 2');
    expect(stdout.trim()).toBe('0');
  });

  it('a packet beyond loopback would have been counted', () => {
    const { stdout, stderr, status } = runIn(...program, 'control');
    expect(status, stderr).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(0);
  });
});
