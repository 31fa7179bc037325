/** Where the console lives in the window: one origin, without a port, that nothing outside this process answers. */
export const SCHEME = 'temps';
export const ORIGIN = `${SCHEME}://app`;
/** What the packages install the program as; `appId` of electron-builder.yml. */
export const APP_ID = 'org.temps.desktop';

/** True for an address of the console itself; no other host, user or port passes. */
export function isConsoleUrl(address: string): boolean {
  const url = URL.parse(address);
  return (
    url !== null &&
    url.protocol === `${SCHEME}:` &&
    url.host === 'app' &&
    url.username === '' &&
    url.password === ''
  );
}

/**
 * The address in the window of a path of the console. Throws for what is no path of it: `//host`, `\`, another
 * scheme, control characters.
 */
export function toConsoleUrl(path: string): string {
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path)) throw new Error('not a path of the console');
  const url = new URL(path, ORIGIN);
  if (!isConsoleUrl(url.href)) throw new Error('not a path of the console');
  return url.href;
}

/** An address of the console with a path of plain characters, and whatever else it carries. */
const LINK = new RegExp(`^${ORIGIN}(/[\\w~/.-]*)?(?:[?#]\\P{Cc}*)?$`, 'u');

/**
 * The path that a `temps://` link handed over by the system asks for; null for one that asks for anything else.
 * SECURITY: such a link comes from any page or program. It may only show a page: what it carries beside the path
 * is dropped, so that it can neither bring a one-time token nor fill in a form. Read as it is written, since a parser
 * of addresses would mend one that hides where it leads.
 */
export function findLinkedPath(link: string): string | null {
  const found = LINK.exec(link);
  if (!found) return null;
  const [, path = '/'] = found;
  return /\/\/|\.\.|\/\.(\/|$)|^\/(api|link)/.test(path) ? null : path;
}
