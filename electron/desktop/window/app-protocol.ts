import type { WindowDoor } from '../../instance/instance.ts';
import { isConsoleUrl, ORIGIN } from './app-origin.ts';

const refused = (status: number, text: string) =>
  new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });

/**
 * Answers a request of the window's page: the console's files and `/api`, directly from the instance, without a
 * port.
 *
 * SECURITY: only the console's origin is served, and requests from another origin are refused. A path that tries to
 * escape is refused before decoding; the instance serves only files it listed itself.
 */
export async function answerAppRequest(door: WindowDoor, request: Request): Promise<Response> {
  if (!isConsoleUrl(request.url)) return refused(404, 'Nothing was found at this address.');
  const url = new URL(request.url);
  if (/%2e|%2f|%5c|%00|\\/i.test(url.pathname)) return refused(400, 'This is not a path of the console.');
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== ORIGIN)
    return refused(403, 'This request did not come from the console.');
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  // The door expects HTTP addresses; the host name is arbitrary, as for the socket.
  return await door.fetch(
    new Request(`http://localhost${url.pathname}${url.search}`, {
      method: request.method,
      headers: request.headers,
      signal: request.signal,
      ...(hasBody ? { body: await request.arrayBuffer() } : {}),
    }),
  );
}
