import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { createTemporaryCertificate } from '../../../electron/instance/certificates/local-authority.ts';
import type { Route, RouteTable, Target } from '../../../electron/instance/edge/routes.ts';
import {
  EDGE_LIMITS,
  type EdgeLimits,
  type EdgeServer,
  openEdgeServer,
} from '../../../electron/instance/edge/server.ts';
import { WAIT_MS } from '../../child.ts';

export const CONSOLE_COOKIE = '__Host-temps-1a2b3c4d';

/** A real server in plain HTTP, as an app's container has one. */
export interface TestApp {
  target: Target;
  server: Server;
  /** Requests that came, in their order. */
  seen: IncomingMessage[];
  close(): Promise<void>;
}

export async function openApp(
  answer: RequestListener,
  onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<TestApp> {
  const seen: IncomingMessage[] = [];
  const server = createServer((asked, response) => {
    seen.push(asked);
    answer(asked, response);
  });
  const upgraded = new Set<Duplex>();
  if (onUpgrade)
    server.on('upgrade', (asked, socket, head) => {
      seen.push(asked);
      upgraded.add(socket);
      socket.on('error', () => undefined);
      onUpgrade(asked, socket, head);
    });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    server,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
}

export const serving = (name: string, target: Target): Route => ({
  name,
  app: name.split('.')[0] ?? name,
  state: 'serving',
  sinceMs: Date.now(),
  target,
});
export const inState = (name: string, state: Route['state'], sinceMs = Date.now()): Route => ({
  ...serving(name, { host: '127.0.0.1', port: 1 }),
  state,
  sinceMs,
  target: null,
});

let tables = 0;
export const tableOf = (...routes: Route[]): RouteTable => ({
  number: ++tables,
  routes,
  consoleNames: ['attic.lan'],
  consoleCookie: CONSOLE_COOKIE,
});

type PartialLimits = { [Name in keyof EdgeLimits]?: Partial<EdgeLimits[Name]> };

/** The server of the edge in this process. */
export async function openServer(routes: Route[], limits: PartialLimits = {}): Promise<EdgeServer> {
  const { certificatePem, privateKeyPem } = await createTemporaryCertificate(['shop.localhost'], Date.now());
  return await openEdgeServer(
    0,
    tableOf(...routes),
    { certificatePem, privateKeyPem: privateKeyPem.reveal() },
    {
      ...EDGE_LIMITS,
      ...(limits as object),
      clients: { ...EDGE_LIMITS.clients, ...limits.clients },
      targets: { ...EDGE_LIMITS.targets, ...limits.targets },
    },
  );
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  rawHeaders: string[];
  body: string;
  /** Whether it came to its end. */
  isWhole: boolean;
}
export interface AskOptions {
  name?: string;
  path?: string;
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  agent?: Agent;
  address?: string;
  servername?: string;
}

/** One request, as a browser sends it; rejects when there is no answer. */
export function ask(port: number, options: AskOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    begin(port, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', () => undefined);
      incoming.once('close', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          rawHeaders: incoming.rawHeaders,
          body: Buffer.concat(chunks).toString('utf8'),
          isWhole: incoming.complete,
        }),
      );
    })
      .once('error', reject)
      .end(options.body);
  });
}

/** The same, whose body and answer are the caller's to stream. */
export function begin(
  port: number,
  {
    name = 'shop.localhost',
    path = '/',
    method = 'GET',
    headers = {},
    agent,
    address = '127.0.0.1',
    servername = name,
  }: AskOptions,
  onAnswer: (incoming: IncomingMessage) => void,
) {
  return request(
    {
      host: address,
      port,
      path,
      method,
      servername,
      headers: { host: `${name}:${port}`, ...headers },
      rejectUnauthorized: false,
      agent: agent ?? new Agent({ keepAlive: false }),
      timeout: WAIT_MS,
    },
    onAnswer,
  );
}

/** A TLS connection that nothing speaks HTTP on but the test. */
export function connectRaw(
  port: number,
  servername = 'shop.localhost',
  more: object = {},
): Promise<TLSSocket & { text(): string }> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host: '127.0.0.1',
      port,
      servername,
      rejectUnauthorized: false,
      ...more,
    });
    let text = '';
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.on('error', () => undefined);
      resolve(Object.assign(socket, { text: () => text }));
    });
  });
}

/** Sends bytes as they are, and gives what came until the connection was closed. */
export async function sendRaw(port: number, text: string, servername?: string): Promise<string> {
  const socket = await connectRaw(port, servername);
  const closed = waitForClose(socket);
  socket.write(text, 'latin1');
  await closed;
  return socket.text();
}

export const waitForClose = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));

/** In lines, with the blank one at its end. */
export const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`;
