import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { ListenOptions, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Caller } from '../access/caller.ts';
import type { App } from '../http/app.ts';
import { AppError } from '../kernel/app-error.ts';

/** Time that responses in progress get when a door closes. */
const CLOSE_GRACE_MS = 3000;
/** Connects a Node server to the app. `toCaller` gives the caller of requests through this door. */
export function createListener(app: App, toCaller: (request: IncomingMessage) => Caller) {
  const listen = getRequestListener(
    (request, { incoming }) => app.fetch(request, toCaller(incoming as IncomingMessage)),
    { overrideGlobalObjects: false, hostname: 'localhost' },
  );
  return (request: IncomingMessage, response: ServerResponse) => void listen(request, response);
}

/** Idle connections, including unused ones: browsers open some in advance. */
const quietConnections = new WeakMap<HttpServer | HttpsServer, Set<Socket>>();

/** Tracks idle connections, so that closing the door does not wait for them. */
export function watchClients(server: HttpServer | HttpsServer): void {
  const quiet = new Set<Socket>();
  quietConnections.set(server, quiet);
  const isTls = 'setSecureContext' in server;
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    quiet.add(socket);
    socket.once('close', () => quiet.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    quiet.delete(socket);
    response.once('close', () => {
      if (socket.destroyed) return;
      if (server.listening) quiet.add(socket);
      else socket.end();
    });
  });
}

/** Throws `port_in_use`, or `data_dir_unusable` for a socket that cannot be made. */
export function listenOn(server: HttpServer | HttpsServer, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(asListenError(error, options)));
    server.listen(options, () => resolve());
  });
}

function asListenError(error: NodeJS.ErrnoException, { port, path }: ListenOptions): Error {
  if (error.code === 'EADDRINUSE' && port) {
    return new AppError(
      'port_in_use',
      `Port ${port} is in use by another program. Choose another port, or 0 for any.`,
      { cause: error },
    );
  }
  if (error.code === 'EACCES' && port) {
    return new AppError(
      'port_in_use',
      `This account may not use port ${port}. Choose a port from 1024 on${explainLowPort(port)}.`,
      { cause: error },
    );
  }
  if (path)
    return new AppError('data_dir_unusable', `The socket ${path} cannot be created (${error.code}).`, {
      cause: error,
    });
  return error;
}

/** Nothing here runs as root: the system can allow every account to use such ports. */
function explainLowPort(port: number): string {
  if (process.platform !== 'linux') return '';
  return `, or allow programs without root to use it: sudo sysctl -w net.ipv4.ip_unprivileged_port_start=${port}`;
}

/** Accepts no new connections and closes idle ones immediately, others once answered or after a grace period. */
export function closeServer(server: HttpServer | HttpsServer): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    for (const socket of quietConnections.get(server) ?? []) socket.destroy();
  });
}
