/**
 * Headers on their way through: of a request to an app, and of a response from it. Both are flat lists of names and values, as
 * they came; what is not named here passes as it is.
 */

/** For one connection, and never passed on (RFC 9110, 7.6.1), with the older ones that mean the same. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Of a request, what is said again in our words. */
const OURS: ReadonlySet<string> = new Set([
  'content-length',
  // Answered here.
  'expect',
  'forwarded',
  'host',
  'x-real-ip',
]);

/** What an app is told of a request. */
export interface RequestFacts {
  /** As the client sent it, with its port. */
  host: string;
  /** Of the client. */
  address: string;
  /** See `RouteTable`. */
  consoleCookie: string;
  /** Of the body; null for none, or one whose length nobody knows. */
  contentLength: string | null;
}

/**
 * The headers an app gets.
 *
 * SECURITY: it is told here who asks, by which name and how; what a client says of that is dropped, with every other `X-Forwarded-…`
 * (apps take people's names from some of them). Dashes and underscores are one and the same: CGI and what came after it do not
 * tell them apart.
 */
export function toAppHeaders(raw: readonly string[], facts: RequestFacts): string[] {
  const named = listNamed(raw);
  const headers = ['host', facts.host];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name, value] = [raw[at] as string, raw[at + 1] as string];
    const plain = name.toLowerCase().replaceAll('_', '-');
    if (HOP_BY_HOP.has(plain) || OURS.has(plain) || plain.startsWith('x-forwarded-') || named.has(plain))
      continue;
    const kept = plain === 'cookie' ? withoutCookie(value, facts.consoleCookie) : value;
    if (kept !== null) headers.push(name, kept);
  }
  const node = facts.address.includes(':') ? `"[${facts.address}]"` : facts.address;
  headers.push(
    ...['X-Forwarded-For', facts.address],
    ...['X-Forwarded-Proto', 'https'],
    ...['X-Forwarded-Host', facts.host],
    ...['Forwarded', `for=${node};host="${facts.host}";proto=https`],
  );
  if (facts.contentLength !== null) headers.push('Content-Length', facts.contentLength);
  return headers;
}

/** The headers a client gets. `raw` are the app's, as bytes or as text. */
export function toClientHeaders(
  raw: readonly (Buffer | string)[],
  { status, consoleCookie }: { status: number; consoleCookie: string },
): string[] {
  const texts = raw.map((each) => (typeof each === 'string' ? each : each.toString('latin1')));
  const named = listNamed(texts);
  const headers: string[] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) {
    const [name, value] = [texts[at] as string, texts[at + 1] as string];
    const plain = name.toLowerCase();
    if (HOP_BY_HOP.has(plain) || named.has(plain)) continue;
    // SECURITY: no app sets the console's cookie: whoever opens it afterwards would be signed in as somebody else.
    if (plain === 'set-cookie' && isCookieOf(value, consoleCookie)) continue;
    // SECURITY: at a local name this would lock people out: on the day their device does not trust the authority, browsers
    // offer no way past the warning any more, for every port of the name.
    if (plain === 'strict-transport-security') continue;
    // RFC 9110, 8.6.
    if (plain === 'content-length' && status === 204) continue;
    headers.push(name, value);
  }
  return headers;
}

/** What `Connection` names is for one connection too. In small letters. */
function listNamed(raw: readonly string[]): ReadonlySet<string> {
  let named: Set<string> | null = null;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (raw[at]?.length !== 10 || raw[at]?.toLowerCase() !== 'connection') continue;
    named ??= new Set();
    for (const name of (raw[at + 1] as string).toLowerCase().split(',')) named.add(name.trim());
  }
  return named ?? NONE;
}
const NONE: ReadonlySet<string> = new Set();

/** A `Cookie` without one of its cookies: the others byte for byte, null where none is left. */
function withoutCookie(value: string, name: string): string | null {
  if (!value.includes(name)) return value;
  const pairs = value.split(';');
  const kept = pairs.filter((pair) => !isCookieOf(pair, name));
  if (kept.length === pairs.length) return value;
  const text = kept.join(';').replace(/^[ \t]+/, '');
  return text === '' ? null : text;
}

/**
 * Whether a pair, or a `Set-Cookie`, is of the cookie with this name. SECURITY: a cookie without a name comes back as its value alone:
 * `=name=value` is sent as `name=value` by browsers that do not refuse it (RFC 6265bis, 5.7).
 */
function isCookieOf(text: string, name: string): boolean {
  if (!text.includes(name)) return false;
  const [pair = ''] = text.split(';');
  const [found = ''] = pair.replace(/^[\s=]+/, '').split('=');
  return found.trim() === name;
}
