import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer, listenOn, watchClients } from './listener.ts';
import { CLIENT_TIMEOUTS } from './server-settings.ts';
import { limitWaitingClients } from './waiting-clients.ts';

export interface RedirectDoor {
  port: number;
  close(): Promise<void>;
}

/**
 * SECURITY: a client that follows the way to HTTPS would never learn that its key was readable on the way here, or whoever
 * listens on this port while this instance is stopped.
 */
const SENT_IN_THE_CLEAR =
  'The key or session of this request was sent without encryption, over plain HTTP. Replace it with a new one, and use the https address from now on.\n';

/** Plain HTTP on loopback answers nothing but the way to HTTPS. Throws `port_in_use`. */
export async function openRedirectDoor(port: number, httpsPort: number): Promise<RedirectDoor> {
  const server = createServer(CLIENT_TIMEOUTS, (request, response) => {
    const path = request.url?.startsWith('/') && !request.url.startsWith('//') ? request.url : '/';
    const { authorization, cookie } = request.headers;
    const said = authorization === undefined && !cookie?.includes('__Host-temps-') ? '' : SENT_IN_THE_CLEAR;
    response
      .writeHead(308, {
        location: `https://localhost:${httpsPort}${path}`,
        'content-type': 'text/plain; charset=utf-8',
        'content-length': Buffer.byteLength(said),
        'cache-control': 'no-store',
      })
      .end(said);
  });
  watchClients(server);
  limitWaitingClients(server);
  await listenOn(server, { host: '127.0.0.1', port });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}
