import { hasCode } from '../app-error.ts';
import type { Context } from '../context.ts';
import type { App } from './app.ts';
import { type HttpsDoor, openHttpsDoor } from './https-door.ts';
import { openRedirectDoor, type RedirectDoor } from './redirect-door.ts';
import { openSocketDoor, type SocketDoor } from './socket-door.ts';

export interface WantedPort {
  /** 0 for any. */
  port: number;
  /** Take any other port when this one is in use: for defaults nobody asked for. */
  orAny?: boolean;
}

export interface DoorsOptions {
  https?: WantedPort;
  /** Plain HTTP that only points to the HTTPS door. */
  http?: WantedPort;
  socket?: boolean;
}

export interface Doors {
  httpsUrl: string | null;
  httpPort: number | null;
  socketPath: string | null;
  /** SHA-256 of the certificate in use, and whether it was made for this locked start only. */
  certificate: { fingerprint: string; isTemporary: boolean } | null;
  close(): Promise<void>;
}

/** Opens the doors that are wanted; when one fails, those already open are closed. Throws `port_in_use`. */
export async function openDoors(
  ctx: Context,
  app: App,
  wanted: DoorsOptions,
  names: string[],
): Promise<Doors> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(door: T): T => {
    opened.push(door);
    return door;
  };
  const closeAll = async () => {
    await Promise.all(opened.map((door) => door.close()));
  };
  try {
    const socket: SocketDoor | null = wanted.socket ? keep(await openSocketDoor(ctx, app)) : null;
    const https: HttpsDoor | null = wanted.https
      ? keep(await onPort(wanted.https, (port) => openHttpsDoor(ctx, app, port, names)))
      : null;
    const http: RedirectDoor | null =
      wanted.http && https
        ? keep(await onPort(wanted.http, (port) => openRedirectDoor(port, https.port)))
        : null;
    return {
      httpsUrl: https?.url ?? null,
      httpPort: http?.port ?? null,
      socketPath: socket?.path ?? null,
      get certificate() {
        return https
          ? { fingerprint: https.certificate().fingerprint, isTemporary: https.certificate().isTemporary }
          : null;
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function onPort<T>(wanted: WantedPort, open: (port: number) => Promise<T>): Promise<T> {
  try {
    return await open(wanted.port);
  } catch (error) {
    if (!wanted.orAny || !hasCode(error, 'port_in_use')) throw error;
    return await open(0);
  }
}
