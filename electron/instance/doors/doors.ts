import type { App } from '../http/app.ts';
import { hasCode } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { type HttpsDoor, openHttpsDoor } from './https-door.ts';
import { openRedirectDoor, type RedirectDoor } from './redirect-door.ts';
import { openSocketDoor, type SocketDoor } from './socket-door.ts';

export interface WantedPort {
  /** 0 for any. */
  port: number;
  /** Use any other port when this one is in use: for default ports. */
  orAny?: boolean;
}

export interface DoorsOptions {
  https?: WantedPort;
  /** Plain HTTP that only redirects to the HTTPS door. */
  http?: WantedPort;
  socket?: boolean;
  /** Whether the doors for other programs and machines stay closed until `setNetwork`. */
  isPaused?: boolean;
}

export interface Doors {
  readonly httpsUrl: string | null;
  readonly httpPort: number | null;
  readonly socketPath: string | null;
  /** SHA-256 of the certificate in use, and whether it is temporary for a locked start. */
  readonly certificate: { fingerprint: string; isTemporary: boolean } | null;
  /** What opens the same doors again, at the same ports. */
  listWanted(): DoorsOptions;
  /** Closes or reopens the doors for other programs and machines; the socket stays open. Throws `port_in_use`. */
  setNetwork(isOpen: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Opens the requested doors; if one fails, the others are closed. Throws `port_in_use`. */
export async function openDoors(
  ctx: Context,
  app: App,
  wanted: DoorsOptions,
  names: string[],
): Promise<Doors> {
  let https: HttpsDoor | null = null;
  let http: RedirectDoor | null = null;
  let { https: wantedHttps, http: wantedHttp } = wanted;
  const socket: SocketDoor | null = wanted.socket ? await openSocketDoor(ctx, app) : null;
  const closeNetwork = async () => {
    const open = [https, http];
    https = null;
    http = null;
    await Promise.all(open.map((door) => door?.close()));
  };
  const openNetwork = async () => {
    if (https || !wantedHttps) return;
    const opened = await onPort(wantedHttps, (port) => openHttpsDoor(ctx, app, port, names));
    https = opened;
    // When reopened, it gets the same port if still free.
    wantedHttps = { port: opened.port, orAny: true };
    if (!wantedHttp) return;
    http = await onPort(wantedHttp, (port) => openRedirectDoor(port, opened.port));
    wantedHttp = { port: http.port, orAny: true };
  };
  const close = async () => {
    await Promise.all([socket?.close(), closeNetwork()]);
  };
  try {
    if (!wanted.isPaused) await openNetwork();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get httpsUrl() {
      return https?.url ?? null;
    },
    get httpPort() {
      return http?.port ?? null;
    },
    socketPath: socket?.path ?? null,
    get certificate() {
      return https
        ? { fingerprint: https.certificate().fingerprint, isTemporary: https.certificate().isTemporary }
        : null;
    },
    listWanted: () => ({
      ...(wantedHttps ? { https: wantedHttps } : {}),
      ...(wantedHttp ? { http: wantedHttp } : {}),
      ...(wanted.socket ? { socket: true } : {}),
      isPaused: https === null,
    }),
    async setNetwork(isOpen) {
      await (isOpen ? openNetwork() : closeNetwork());
    },
    close,
  };
}

async function onPort<T>(wanted: WantedPort, open: (port: number) => Promise<T>): Promise<T> {
  try {
    return await open(wanted.port);
  } catch (error) {
    if (!wanted.orAny || !hasCode(error, 'port_in_use')) throw error;
    return await open(0);
  }
}
