import { readFile } from 'node:fs/promises';

/** `0A` of the states in proc(5)'s tcp tables. */
const LISTEN = '0A';
/** Docker's own name server in a container's network. */
const DOCKER_DNS = '127.0.0.11';
const MAX_FOUND = 20;

/**
 * Addresses and ports on which something listens in the network namespace of a process, by port. Null where that cannot be seen: on
 * another system than Linux, or without the right to.
 */
export async function findListening(pid: number): Promise<{ address: string; port: number }[] | null> {
  try {
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8')),
    );
    const found = tables.flatMap(parseTable).filter(({ address }) => address !== DOCKER_DNS);
    return found.sort((a, b) => a.port - b.port).slice(0, MAX_FOUND);
  } catch {
    return null;
  }
}

export function parseTable(table: string): { address: string; port: number }[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    return state === LISTEN ? [{ address: parseAddress(address), port: Number.parseInt(port, 16) }] : [];
  });
}

/** The kernel writes each 32 bits as a number of this machine: least byte first. */
function parseAddress(hex: string): string {
  const bytes = [...Buffer.from(hex, 'hex')];
  if (bytes.length === 4) return bytes.reverse().join('.');
  if (/^0*$/.test(hex)) return '::';
  if (/^0{24}01000000$/.test(hex)) return '::1';
  if (/^0{16}FFFF0000/i.test(hex)) return bytes.slice(12).reverse().join('.');
  return 'another address';
}
