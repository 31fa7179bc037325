import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SOCKET_FILE = 'temps.sock';
/** Says where the socket is when the data directory's own path is too long for one. */
export const POINTER_FILE = 'temps.sock.path';

/** Where a running instance's socket is; null when there is none. For clients: nothing of the instance is loaded. */
export function findSocketPath(dataDir: string): string | null {
  const pointer = join(dataDir, POINTER_FILE);
  const path = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(dataDir, SOCKET_FILE);
  return existsSync(path) ? path : null;
}
