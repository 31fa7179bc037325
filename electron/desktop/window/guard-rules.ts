import { isConsoleUrl } from './app-origin.ts';

/**
 * Whether a call of the bridge comes from the console's own page in the window's main frame: a frame in it, one that is
 * gone already, or a page that got there, is not.
 */
export function mayCall(sender: { url: string } | null, mainFrame: object): boolean {
  return sender !== null && sender === mainFrame && isConsoleUrl(sender.url);
}

/** The web sites that the console points to are read in the system's browser, and over TLS alone. */
export function mayOpenOutside(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === 'https:' && url.username === '' && url.password === '';
}

/**
 * What the console's page may be given when it asks: writing the clipboard, which is what its copy buttons do, and
 * the camera's picture, for the code of a paper kit. No sound, no reading the clipboard, nothing else; nothing to
 * any other page.
 */
export function mayAsk(permission: string, address: string, mediaTypes: readonly string[]): boolean {
  if (!isConsoleUrl(address)) return false;
  if (permission === 'clipboard-sanitized-write') return true;
  return permission === 'media' && mediaTypes.length > 0 && mediaTypes.every((type) => type === 'video');
}
