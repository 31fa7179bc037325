import type { IncomingMessage, ServerResponse } from 'node:http';
import { makePage, type Refusal } from './pages.ts';

/** Requests whose client waits to be told that its body is wanted (`Expect: 100-continue`). */
const expecting = new WeakSet<IncomingMessage>();

export function noteExpectation(request: IncomingMessage): void {
  expecting.add(request);
}

/** Tells the client to send the body, if it waits for that. */
export function wantBody(request: IncomingMessage, response: ServerResponse): void {
  if (expecting.delete(request)) response.writeContinue();
}

/** Answers with a page of ours, or ends an answer that was begun. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, headers, body } = makePage(refusal, request.headers.accept);
  // SECURITY: whether the body comes after all is the client's to choose: nobody could tell it from the next request.
  // And where a request begins behind one that cannot be read, nobody knows.
  const isLast = expecting.delete(request) || refusal.kind === 'malformed';
  const last = isLast ? ['Connection', 'close'] : [];
  response.writeHead(status, [...headers.flat(), ...last]);
  response.end(request.method === 'HEAD' ? undefined : body);
}
