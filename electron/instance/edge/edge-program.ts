import { isIP } from 'node:net';
import { type Program, programFile } from '../kernel/processes.ts';
import { isHostName, type Route, type RouteTable, routeStates, type Target } from './routes.ts';

/**
 * What the instance and the process of the edge say to each other. SECURITY: the process gets the table, and the leaf certificate
 * with its key; it knows neither the data directory nor the database nor the key of the instance.
 */

/** Whether the process takes this: what it does not ends it. */
export function isTaken(request: EdgeRequest): boolean {
  try {
    edgeProgram.parseRequest(request);
    return true;
  } catch {
    return false;
  }
}

/** PEM. */
export interface LeafPair {
  certificatePem: string;
  privateKeyPem: string;
}

export type EdgeRequest =
  /** Opens the port on the loopback addresses (0 for any), and serves by this table. */
  | { do: 'listen'; port: number; table: RouteTable; leaf: LeafPair }
  /** Serves by this table from now on; with this leaf for new connections, unless it keeps the one it has. */
  | { do: 'serve'; table: RouteTable; leaf: LeafPair | null }
  /** How much is open to a target. */
  | { do: 'count'; target: Target }
  /** Ends it. */
  | { do: 'cut'; target: Target }
  /** Which table is in force. */
  | { do: 'ping' };

/** To every request; `refused` by `listen` alone. */
export interface EdgeAnswer {
  /** Null while it does not listen. */
  port: number | null;
  /** Number of the table in force, null for none. */
  table: number | null;
  /** Open requests and upgraded connections to the target that was asked for; otherwise 0. */
  open: number;
  /** The system's code, where the port could not be opened. */
  refused: string | null;
}

export const edgeProgram: Program<EdgeRequest, EdgeAnswer> = {
  name: 'edge',
  file: programFile(import.meta, 'edge-process'),
  // Every answer is given at once: this long only a machine may take that stands still.
  timeoutMs: 30_000,
  hasPlainEnvironment: true,
  // By hand, as in other processes: a library of shapes takes longer to load than the rest.
  parseRequest(message) {
    const { do: what, ...rest } = parseFields(message);
    switch (what) {
      case 'listen':
        return {
          do: what,
          port: parsePort(rest.port, 0),
          table: parseTable(rest.table),
          leaf: parseLeaf(rest.leaf),
        };
      case 'serve':
        return {
          do: what,
          table: parseTable(rest.table),
          leaf: rest.leaf === null ? null : parseLeaf(rest.leaf),
        };
      case 'count':
      case 'cut':
        return { do: what, target: parseTarget(rest.target) };
      case 'ping':
        return { do: what };
      default:
        throw new TypeError('no such request');
    }
  },
  parseAnswer(message) {
    const { port, table, open, refused } = parseFields(message);
    if (refused !== null && (typeof refused !== 'string' || !/^[A-Z][A-Z0-9_]{0,60}$/.test(refused)))
      throw new TypeError('no code');
    return {
      port: port === null ? null : parsePort(port, 1),
      table: table === null ? null : parseCount(table),
      open: parseCount(open),
      refused,
    };
  },
};

function parseFields(message: unknown): Record<string, unknown> {
  if (message === null || typeof message !== 'object') throw new TypeError('no fields');
  return message as Record<string, unknown>;
}

function parseTable(message: unknown): RouteTable {
  const { number, routes, consoleNames, consoleCookie } = parseFields(message);
  if (!Array.isArray(routes)) throw new TypeError('no routes');
  if (!Array.isArray(consoleNames)) throw new TypeError('no names');
  return {
    number: parseCount(number),
    routes: routes.map(parseRoute),
    consoleNames: consoleNames.map(parseText),
    consoleCookie: parseText(consoleCookie),
  };
}

function parseRoute(message: unknown): Route {
  const { name, app, state, sinceMs, target } = parseFields(message);
  const known = routeStates.find((each) => each === state);
  const host = parseText(name);
  if (!known || !isHostName(host)) throw new TypeError('no route');
  return {
    name: host,
    app: parseText(app),
    state: known,
    sinceMs: parseCount(sinceMs),
    target: target === null ? null : parseTarget(target),
  };
}

function parseTarget(message: unknown): Target {
  const { host, port } = parseFields(message);
  // SECURITY: never a name, which a resolver could lead anywhere.
  if (typeof host !== 'string' || isIP(host) === 0) throw new TypeError('no address');
  return { host, port: parsePort(port, 1) };
}

function parseLeaf(message: unknown): LeafPair {
  const { certificatePem, privateKeyPem } = parseFields(message);
  return { certificatePem: parseText(certificatePem), privateKeyPem: parseText(privateKeyPem) };
}

function parsePort(message: unknown, least: number): number {
  const port = parseCount(message);
  if (port < least || port > 65_535) throw new TypeError('no port');
  return port;
}

function parseCount(message: unknown): number {
  if (!Number.isSafeInteger(message) || (message as number) < 0) throw new TypeError('no count');
  return message as number;
}

function parseText(message: unknown): string {
  if (typeof message !== 'string') throw new TypeError('no text');
  return message;
}
