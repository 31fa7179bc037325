import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { putLast } from '../kernel/recent.ts';

/** More than the browsers and programs of a household keep open at once. */
export const MAX_WAITING_CLIENTS = 200;

/**
 * Bounds the connections that wait for their client: for its handshake, its request, the rest of that, or the next one.
 * Beyond the limit the one that waits longest is closed.
 *
 * SECURITY: each holds memory and a file descriptor, and any account of this machine can open thousands without a word.
 * Connections that are being answered are not counted; a limit on all of them would let strangers keep everyone out.
 *
 * @returns takes a connection out that waits for nobody any more, because it left HTTP (an upgrade).
 */
export function limitWaitingClients(
  server: HttpServer | HttpsServer,
  max = MAX_WAITING_CLIENTS,
): (socket: Socket) => void {
  /** The one that waits longest first. By the client's address: a TLS socket is not the TCP socket beneath it. */
  const waiting = new Map<string, Socket>();
  const keyOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

  const add = (socket: Socket) => putLast(waiting, keyOf(socket), socket, max)?.destroy();

  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    add(socket);
    socket.once('close', () => waiting.delete(key));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const key = keyOf(socket);
    if (!hasBody(request)) waiting.delete(key);
    // One that was answered before its body came to an end waits for the next request already.
    else request.once('end', () => !response.closed && waiting.delete(key));
    response.once('close', () => {
      if (!socket.destroyed) add(socket);
    });
  });
  return (socket) => waiting.delete(keyOf(socket));
}

/** RFC 9112, 6.3. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
