import { createServer, type Server } from 'node:https';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import { CLIENT_TIMEOUTS, HANDSHAKE_TIMEOUT_MS, TLS_SETTINGS } from '../doors/server-settings.ts';
import { limitWaitingClients } from '../doors/waiting-clients.ts';
import { noteExpectation, refuse } from './answer.ts';
import { type ClientLimits, createClients } from './clients.ts';
import type { LeafPair } from './edge-program.ts';
import { forward, type InForce } from './forwarding.ts';
import { createLookup } from './lookup.ts';
import type { RouteTable, Target } from './routes.ts';
import { createTargets, type TargetLimits } from './targets.ts';
import { isWebSocket, type UpgradeLimits, upgrade } from './upgrading.ts';

export interface EdgeLimits {
  /** For the head of a request, looked at every `lookMs`: see `CLIENT_TIMEOUTS`. */
  heads: { timeoutMs: number; lookMs: number };
  clients: ClientLimits;
  targets: TargetLimits;
  upgrades: UpgradeLimits;
  /** Connections of clients at each address that is listened on. */
  connections: number;
  /** Of them, those that wait for their client. */
  waiting: number;
}

export const EDGE_LIMITS: EdgeLimits = {
  heads: { timeoutMs: CLIENT_TIMEOUTS.headersTimeout, lookMs: 30_000 },
  clients: { bodyMs: 30_000, readMs: 60_000, restMs: 10_000, lookMs: 5000, pipelined: 16 },
  targets: { connectMs: 10_000, answerMs: 60_000, headBytes: 64 * 1024 },
  upgrades: { halfOpenMs: 5000 },
  // SECURITY: each takes memory and file descriptors, and any account of this machine can open them.
  connections: 4096,
  waiting: 500,
};
/** The largest head of a request. */
const HEAD_BYTES = 16 * 1024;

/** What forwards requests to apps, while it listens. */
export interface EdgeServer {
  readonly port: number;
  /** Number of the table in force. */
  readonly table: number;
  /** What is begun from now on goes by this table; with this leaf on new connections. */
  serve(table: RouteTable, leaf: LeafPair | null): void;
  count(target: Target): number;
  cut(target: Target): void;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/**
 * Opens a port on the loopback addresses, 0 for any. Rejects with the system's error.
 *
 * SECURITY: nothing that a client or an app sends may end it: whatever is thrown ends the connection it came by.
 */
export async function openEdgeServer(
  port: number,
  table: RouteTable,
  leaf: LeafPair,
  limits: EdgeLimits = EDGE_LIMITS,
): Promise<EdgeServer> {
  const targets = createTargets(limits.targets);
  const clients = createClients(limits.clients);
  let current = table;
  let inForce: InForce = { lookup: createLookup(table), consoleCookie: table.consoleCookie };
  let pair = leaf;
  const getInForce = () => inForce;

  const create = (): Server => {
    const server = createServer({
      ...TLS_SETTINGS,
      keepAliveTimeout: CLIENT_TIMEOUTS.keepAliveTimeout,
      headersTimeout: limits.heads.timeoutMs,
      connectionsCheckingInterval: limits.heads.lookMs,
      // A large body takes its time: one that stands still is ended by `clients`.
      requestTimeout: 0,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxHeaderSize: HEAD_BYTES,
      insecureHTTPParser: false,
      requireHostHeader: true,
      // Finds out where the other side is gone.
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      shouldUpgradeCallback: isWebSocket,
      // Upgraded connections end by halves; of all others Node ends the second half itself.
      ...{ allowHalfOpen: true },
      ...toTls(pair),
    });
    server.maxConnections = limits.connections;
    const noteLeft = limitWaitingClients(server, limits.waiting);
    server.on('request', (request, response) => {
      request.on('error', () => undefined);
      clients.take(request, response, () => {
        try {
          forward(request, response, targets, getInForce);
        } catch {
          refuseOrEnd(() => refuse(request, response, { kind: 'malformed' }), request.socket);
        }
      });
    });
    server.on('checkContinue', (request, response) => {
      noteExpectation(request);
      server.emit('request', request, response);
    });
    server.on('upgrade', (request, socket, head) => {
      const client = socket as Socket;
      noteLeft(client);
      // SECURITY: two answers on one connection would be mixed up. No client asks before it has the first.
      if (clients.isBusy(client)) client.destroy();
      else refuseOrEnd(() => upgrade(request, client, head, targets, getInForce, limits.upgrades), client);
    });
    // A failed handshake is the client's problem.
    server.on('tlsClientError', () => undefined);
    return server;
  };

  const servers = [create()];
  try {
    await listen(servers[0] as Server, { host: '127.0.0.1', port });
  } catch (error) {
    clients.stop();
    throw error;
  }
  const bound = ((servers[0] as Server).address() as AddressInfo).port;
  const second = create();
  try {
    await listen(second, { host: '::1', port: bound, ipv6Only: true });
    servers.push(second);
  } catch (error) {
    // SECURITY: browsers try ::1 first, so another program there would be given what is meant for the apps. A machine without
    // IPv6 does without.
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      clients.stop();
      servers[0]?.close();
      throw error;
    }
  }

  return {
    port: bound,
    get table() {
      return current.number;
    },
    serve(next, nextLeaf) {
      if (nextLeaf) {
        for (const server of servers) server.setSecureContext({ ...TLS_SETTINGS, ...toTls(nextLeaf) });
        pair = nextLeaf;
      }
      inForce = { lookup: createLookup(next), consoleCookie: next.consoleCookie };
      current = next;
      targets.keepOnly(next.routes.flatMap(({ target }) => target ?? []));
    },
    count: targets.count,
    cut: targets.cut,
    async close() {
      clients.stop();
      for (const { target } of current.routes) if (target) targets.cut(target);
      targets.keepOnly([]);
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

const toTls = ({ certificatePem, privateKeyPem }: LeafPair) => ({ cert: certificatePem, key: privateKeyPem });

function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      // Where there are no file descriptors left, a connection is not accepted.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function refuseOrEnd(work: () => void, socket: Socket): void {
  try {
    work();
  } catch {
    socket.destroy();
  }
}
