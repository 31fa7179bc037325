import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLIENT_TIMEOUTS, closeServer, listenOn, watchClients } from './listener.ts';
import { limitWaitingClients } from './waiting-clients.ts';

export interface RedirectDoor {
  port: number;
  close(): Promise<void>;
}

/** Plain HTTP on loopback answers nothing but the way to HTTPS. Throws `port_in_use`. */
export async function openRedirectDoor(port: number, httpsPort: number): Promise<RedirectDoor> {
  const server = createServer(CLIENT_TIMEOUTS, (request, response) => {
    const path = request.url?.startsWith('/') && !request.url.startsWith('//') ? request.url : '/';
    response.writeHead(308, { location: `https://localhost:${httpsPort}${path}`, 'content-length': 0 }).end();
  });
  watchClients(server);
  limitWaitingClients(server);
  await listenOn(server, { host: '127.0.0.1', port });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}
