import { createOwner } from '../electron/instance/doors/socket-door.ts';
import type { Instance } from '../electron/instance/instance.ts';

export interface OwnersAnswer {
  status: number;
  /** As it came, where it is no JSON; null where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  body: any;
}

/**
 * Asks an instance in this process as its owner at the window.
 *
 * @param path below `/api`.
 */
export async function askOwner(
  instance: Instance,
  method: string,
  path: string,
  body?: object,
  nowMs = Date.now(),
): Promise<OwnersAnswer> {
  const request = new Request(`http://localhost/api${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const response = await instance.fetch(request, createOwner('window', nowMs));
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: isJson ? JSON.parse(text) : text || null };
}
