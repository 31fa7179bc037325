import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Route, RouteTable } from './routes.ts';

/** Where a request leads, or why nowhere. */
export type Found =
  | { kind: 'route'; route: Route; host: string; path: string }
  /** No request for this server: a console's name, or another one than the connection was opened for. */
  | { kind: 'misdirected' }
  | { kind: 'unknown' }
  | { kind: 'malformed' };

export type Lookup = (request: IncomingMessage) => Found;

/** Host names are of ASCII; an address in IPv6 stands in brackets (RFC 3986, 3.2.2). */
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{0,5}))?$/i;

/** By Host, the name the connection was opened for (SNI), and the target of the request. */
export function createLookup({ routes, consoleNames }: RouteTable): Lookup {
  const byName = new Map(routes.map((route) => [route.name, route]));
  const ofConsole = new Set(['localhost', ...consoleNames]);

  return (request) => {
    const target = readTarget(request);
    if (!target || isAmbiguous(request)) return { kind: 'malformed' };
    const name = readName(target.host);
    if (name === null) return { kind: 'malformed' };
    // SECURITY: browsers do not tell ports apart where they store cookies, passwords and permissions: what is served at a name of
    // the console's would be given what is the console's.
    if (ofConsole.has(name) || isIP(name) !== 0) return { kind: 'misdirected' };
    // SECURITY: a connection that was opened, and whose certificate was checked, for one name is not used for another (RFC 9110,
    // 7.4).
    const { servername } = request.socket as TLSSocket;
    if (servername && withoutLastDot(servername.toLowerCase()) !== name) return { kind: 'misdirected' };
    const route = byName.get(name);
    return route ? { kind: 'route', route, ...target } : { kind: 'unknown' };
  };
}

/** The Host as it was sent, and the path; null where there is none, or two that differ. */
function readTarget({ url = '', headers: { host } }: IncomingMessage): { host: string; path: string } | null {
  if (host === undefined) return null;
  if (url.startsWith('/')) return { host, path: url };
  // RFC 9112, 3.2.2: every server must take the absolute form too. No browser sends it.
  const [, authority, path = ''] = /^https:\/\/([^/?#]*)([/?].*)?$/i.exec(url) ?? [];
  if (authority === undefined || authority.toLowerCase() !== host.toLowerCase()) return null;
  return { host, path: path.startsWith('/') ? path : `/${path}` };
}

/**
 * SECURITY: what another server behind this one could read in another way. Node's parser refuses the rest: a length beside an encoding,
 * two lengths, folded lines, lines without CR.
 */
function isAmbiguous({ rawHeaders, headers, httpVersion }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') hosts += 1;
  if (hosts !== 1) return true;
  const encoding = headers['transfer-encoding'];
  if (encoding === undefined) return false;
  // RFC 9112, 6.1: HTTP/1.0 knows none, and we no other.
  return httpVersion !== '1.1' || encoding.toLowerCase() !== 'chunked' || 'content-length' in headers;
}

/** In small letters, without its port, the brackets of an address, and the dot that may end it; null for none. */
function readName(host: string): string | null {
  const [, name] = HOST.exec(host) ?? [];
  if (name === undefined) return null;
  return withoutLastDot(name.toLowerCase().replace(/^\[|\]$/g, ''));
}

const withoutLastDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name);
