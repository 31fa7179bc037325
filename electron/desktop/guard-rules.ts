import { isConsoleUrl } from './app-origin.ts';

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
