/** The console's origin in the window: without a port, and served only by this process. */
export const SCHEME = 'temps';
export const ORIGIN = `${SCHEME}://app`;
/** The application id of the packages; `appId` of electron-builder.yml. */
export const APP_ID = 'org.temps.desktop';

/** True for an address of the console; any other host, user or port is refused. */
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
 * The window's address for a path of the console. Throws for anything else: `//host`, `\`, another scheme, control
 * characters.
 */
export function toConsoleUrl(path: string): string {
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path)) throw new Error('not a path of the console');
  const url = new URL(path, ORIGIN);
  if (!isConsoleUrl(url.href)) throw new Error('not a path of the console');
  return url.href;
}

/** An address of the console with a path of plain characters; query and fragment are ignored. */
const LINK = new RegExp(`^${ORIGIN}(/[\\w~/.-]*)?(?:[?#]\\P{Cc}*)?$`, 'u');

/**
 * The path of a `temps://` link from the system; null for any other link. SECURITY: any page or program can send
 * such a link. It may only show a page: everything except the path is dropped, so that it can neither carry a
 * one-time token nor fill in a form. Matched as text, since a URL parser would normalise a disguised path.
 */
export function findLinkedPath(link: string): string | null {
  const found = LINK.exec(link);
  if (!found) return null;
  const [, path = '/'] = found;
  return /\/\/|\.\.|\/\.(\/|$)|^\/(api|link)/.test(path) ? null : path;
}
