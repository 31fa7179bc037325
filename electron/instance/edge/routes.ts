/** What a name leads to: `serving` has a target, every other state a page that says it. */
export const routeStates = ['serving', 'starting', 'stopped', 'failed', 'locked'] as const;
export type RouteState = (typeof routeStates)[number];

/** Where an app answers, in plain HTTP: its container's address, or a port of this machine. */
export interface Target {
  /** An IP address. */
  host: string;
  port: number;
}

export interface Route {
  /** Host name in small letters: `shop.localhost`. */
  name: string;
  /** What a person calls it: `shop`, or `shop staging`. */
  app: string;
  state: RouteState;
  /** Epoch ms. */
  sinceMs: number;
  /** Null unless serving. */
  target: Target | null;
}

/** What the process of the edge goes by. */
export interface RouteTable {
  /** Tells one table from another: the process says which one is in force. */
  number: number;
  routes: readonly Route[];
  /** Names at which the console answers, beside `localhost` and addresses: nothing is served there. */
  consoleNames: readonly string[];
  /** Full name of the console's session cookie: no app gets it, and none sets it. */
  consoleCookie: string;
}

/** Of a target, as a key of maps. */
export const nameTarget = ({ host, port }: Target): string => `${host} ${port}`;

/** A host name that can be served: labels of small letters, digits and dashes. */
export const isHostName = (name: string): boolean =>
  name.length <= 253 &&
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name);
