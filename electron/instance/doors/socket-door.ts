import { chmodSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Caller, everyProject } from '../access/caller.ts';
import { permissions } from '../access/permissions.ts';
import type { App } from '../http/app.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { CLIENT_TIMEOUTS } from './server-settings.ts';
import { POINTER_FILE, SOCKET_FILE } from './socket-path.ts';

/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, its final zero among them. */
const MAX_SOCKET_PATH_BYTES = 100;

export interface SocketDoor {
  path: string;
  close(): Promise<void>;
}

/**
 * Opens the door for this OS account: a Unix socket, 0600 in a 0700 folder, or a named pipe on Windows.
 *
 * SECURITY: the file's mode is the access check. Node gives no peer credentials (SO_PEERCRED); on
 * Linux and macOS connecting needs write permission on the socket, so the mode decides the same thing.
 */
export async function openSocketDoor(ctx: Context, app: App): Promise<SocketDoor> {
  // Loaded by what listens: a command that opens the data directory itself names the owner, and listens nowhere.
  const [{ createServer }, { closeServer, createListener, listenOn, watchClients }] = await Promise.all([
    import('node:http'),
    import('./listener.ts'),
  ]);
  const path = chooseSocketPath(ctx.dataDir, ctx.store.identity.id);
  const server = createServer(
    CLIENT_TIMEOUTS,
    createListener(app, () => createOwner('socket', ctx.clock.now())),
  );
  watchClients(server);
  const isFile = process.platform !== 'win32';
  // An existing socket is left from an earlier process: this process owns the data directory.
  if (isFile) rmSync(path, { force: true });
  const oldMask = process.umask(0o177);
  try {
    await listenOn(server, { path });
  } finally {
    process.umask(oldMask);
  }
  if (isFile) chmodSync(path, 0o600);
  if (isFile && path !== join(ctx.dataDir, SOCKET_FILE)) {
    writeFileSync(join(ctx.dataDir, POINTER_FILE), path, { mode: 0o600 });
  }
  return {
    path,
    async close() {
      await closeServer(server);
      if (isFile) rmSync(path, { force: true });
      rmSync(join(ctx.dataDir, POINTER_FILE), { force: true });
    },
  };
}

function chooseSocketPath(dataDir: string, instanceId: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\temps-${instanceId}`;
  const path = join(dataDir, SOCKET_FILE);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  const folder = join(tmpdir(), `temps-${userInfo().uid}-${instanceId.slice(0, 8)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // SECURITY: anyone may have created a folder with this name first; only one owned by this account is used.
  const info = lstatSync(folder);
  if (!info.isDirectory() || info.uid !== userInfo().uid) {
    throw new AppError(
      'data_dir_unusable',
      `${folder} belongs to another user: choose a data directory with a shorter path.`,
    );
  }
  chmodSync(folder, 0o700);
  return join(folder, SOCKET_FILE);
}

/** Someone with this OS account, confirmed by this very call. */
export function createOwner(via: 'socket' | 'window', nowMs: number): Caller {
  return {
    kind: 'owner',
    via,
    ip: null,
    label: 'owner',
    permissions,
    projects: everyProject,
    userId: null,
    sessionId: null,
    confirmedAt: nowMs,
  };
}
