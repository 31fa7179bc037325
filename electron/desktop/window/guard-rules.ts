import { isConsoleUrl } from './app-origin.ts';

/**
 * Whether a bridge call comes from the console's page in the window's main frame, and not from a subframe, a
 * destroyed frame or another page.
 */
export function mayCall(sender: { url: string } | null, mainFrame: object): boolean {
  return sender !== null && sender === mainFrame && isConsoleUrl(sender.url);
}

/** Web sites the console links to open in the system's browser, only over TLS. */
export function mayOpenOutside(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === 'https:' && url.username === '' && url.password === '';
}

/**
 * Permissions the console's page may get: writing the clipboard, for its copy buttons, and camera video, for the QR
 * code of a paper kit. No audio, no reading the clipboard, nothing else; nothing for any other page.
 */
export function mayAsk(permission: string, address: string, mediaTypes: readonly string[]): boolean {
  if (!isConsoleUrl(address)) return false;
  if (permission === 'clipboard-sanitized-write') return true;
  return permission === 'media' && mediaTypes.length > 0 && mediaTypes.every((type) => type === 'video');
}
