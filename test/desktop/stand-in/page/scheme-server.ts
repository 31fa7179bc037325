import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type SchemeHandler = (request: Request) => Response | Promise<Response>;

/** The scheme's addresses and those the browser knows them by: it cannot be taught a scheme. */
export interface SchemeServer {
  /** `temps://app/key` is `http://localhost:PORT/key`; null for an address of another origin. */
  toHttp(address: string): string | null;
  /** The way back; what is none of the server's stays as it is. */
  toScheme(address: string): string;
  readonly httpOrigin: string;
}

/** `temps://app` of any address below it. */
export function originOf(address: string): string {
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}`;
}

/** What a program's handler of a scheme does not see, and what its answer does not do: there is no network below it. */
const HOP_HEADERS = /^(host|connection|keep-alive|transfer-encoding|upgrade|cookie|sec-.*|accept-encoding)$/;
const ANSWER_HEADERS = /^(set-cookie|connection|keep-alive|transfer-encoding)$/;

/** Answers one origin of a scheme on a port of this machine, from the handler that the program registered. */
export async function serveScheme(origin: string, handle: SchemeHandler): Promise<SchemeServer> {
  let httpOrigin = '';
  const toScheme = (address: string) =>
    address === httpOrigin || address.startsWith(`${httpOrigin}/`)
      ? origin + address.slice(httpOrigin.length)
      : address;
  const toHttp = (address: string) =>
    address === origin || address.startsWith(`${origin}/`) ? httpOrigin + address.slice(origin.length) : null;
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const response = await handle(toRequest(incoming, origin, toScheme));
    const headers = [...response.headers].filter(([name]) => !ANSWER_HEADERS.test(name));
    for (const [name, value] of headers)
      outgoing.setHeader(name, name === 'location' ? (toHttp(value) ?? value) : value);
    outgoing.writeHead(response.status, response.statusText);
    outgoing.flushHeaders();
    if (response.body)
      await pipeline(Readable.fromWeb(response.body as import('node:stream/web').ReadableStream), outgoing);
    else outgoing.end();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  httpOrigin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { toHttp, toScheme, httpOrigin };
}

function toRequest(
  incoming: IncomingMessage,
  origin: string,
  toScheme: (address: string) => string,
): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (HOP_HEADERS.test(name) || value === undefined) continue;
    const text = Array.isArray(value) ? value.join(', ') : value;
    headers.set(name, name === 'origin' || name === 'referer' ? toScheme(text) : text);
  }
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  return new Request(origin + incoming.url, {
    method: incoming.method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } : {}),
  } as RequestInit);
}
