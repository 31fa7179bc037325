import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Dispatcher } from 'undici';
import { refuse, wantBody } from './answer.ts';
import { toAppHeaders, toClientHeaders } from './headers.ts';
import type { Lookup } from './lookup.ts';
import type { Refusal } from './pages.ts';
import type { Route, Target } from './routes.ts';
import type { Passage, Targets } from './targets.ts';

/** What is in force at the moment. */
export interface InForce {
  lookup: Lookup;
  consoleCookie: string;
}

/** Methods that may be sent twice (RFC 9110, 9.2.2). */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Answers a request: by its app, or by a page that says why not. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  targets: Targets,
  inForce: () => InForce,
): void {
  const { lookup, consoleCookie } = inForce();
  const found = lookup(request);
  if (found.kind !== 'route') {
    refuse(request, response, found);
    return;
  }
  const { route, path, host } = found;
  if (route.state !== 'serving' || !route.target) {
    refuse(request, response, { kind: 'not_serving', route });
    return;
  }
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const facts = {
    host,
    address: request.socket.remoteAddress ?? 'unknown',
    consoleCookie,
    contentLength: hasBody ? (headers['content-length'] ?? null) : null,
  };
  const sent: Sent = {
    path,
    method: request.method ?? 'GET',
    headers: toAppHeaders(request.rawHeaders, facts),
  };
  new Forwarding(request, response, { targets, inForce, consoleCookie, sent, hasBody }).begin(
    route,
    route.target,
  );
}

interface Sent {
  path: string;
  method: string;
  headers: string[];
}
interface Around {
  targets: Targets;
  inForce: () => InForce;
  consoleCookie: string;
  sent: Sent;
  hasBody: boolean;
}

/**
 * One request on its way to an app, and the answer on its way back. Undici calls it; none of its methods throws.
 *
 * Bytes are passed on as they come, at the pace of the slower side.
 */
class Forwarding implements Dispatcher.DispatchHandler, Passage {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #around: Around;
  /**
   * What undici reads. SECURITY: not the request itself: undici destroys what it reads when an app answers early, and with it
   * would go the client's connection and the answer.
   */
  readonly #body: PassThrough | null;
  #route: Route | null = null;
  #leave: () => void = () => undefined;
  #controller: Dispatcher.DispatchController | null = null;
  /** Whether the app's part is over, one way or the other. */
  #isOver = false;
  #hasAnswerBegun = false;
  #hasWritten = false;
  #isRepeated = false;

  constructor(request: IncomingMessage, response: ServerResponse, around: Around) {
    this.#request = request;
    this.#response = response;
    this.#around = around;
    this.#body = around.hasBody ? new PassThrough() : null;
    this.#body?.on('error', () => undefined);
    response.on('error', () => undefined);
    response.once('close', () => this.#end());
  }

  begin(route: Route, target: Target, fresh = false): void {
    const { targets, sent } = this.#around;
    this.#route = route;
    this.#leave = targets.enter(target, this);
    if (this.#body && this.#request.readableFlowing === null) this.#request.pipe(this.#body);
    try {
      targets.poolOf(target, fresh).dispatch({ ...sent, body: this.#body }, this);
    } catch {
      this.#fail({ kind: 'unreachable', route });
    }
  }

  cut(): void {
    if (this.#route) this.#fail({ kind: 'unreachable', route: this.#route });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(GONE);
    else this.#safely(() => wantBody(this.#request, this.#response));
  }

  onResponseStarted(): void {
    this.#hasAnswerBegun = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // What is said before the answer (RFC 9110, 15.2) is not passed on.
    if (status < 200 || this.#isOver) return;
    this.#safely(() => {
      const raw = (controller.rawHeaders ?? []) as (Buffer | string)[];
      const { consoleCookie } = this.#around;
      this.#response.writeHead(status, toClientHeaders(raw, { status, consoleCookie }));
      // With the first bytes of the body, if they came along; else alone: an event stream may have none for long.
      queueMicrotask(() => {
        if (!this.#hasWritten && !this.#isOver) this.#safely(() => this.#response.flushHeaders());
      });
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#hasWritten = true;
    this.#safely(() => {
      if (this.#response.write(chunk) || controller.paused) return;
      controller.pause();
      this.#response.once('drain', () => controller.resume());
    });
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#end();
    this.#safely(() => this.#response.end());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver || !this.#route) return;
    if (this.#mayRepeat(error) && this.#repeat()) return;
    this.#fail(judgeFailure(error, this.#route));
  }

  /**
   * An app may close a connection that it kept in the same moment in which a request is sent on it. Such a request was not answered,
   * and one that may be sent twice is.
   */
  #mayRepeat(error: Error): boolean {
    if (this.#isRepeated || this.#hasAnswerBegun || this.#body) return false;
    if (!REPEATABLE.has(this.#around.sent.method)) return false;
    if (['ECONNRESET', 'EPIPE'].includes(codeOf(error))) return true;
    const { socket } = error as { socket?: { bytesRead?: number } };
    return codeOf(error) === 'UND_ERR_SOCKET' && socket?.bytesRead !== 0;
  }

  /** By the table that is in force now, and on a connection of its own. */
  #repeat(): boolean {
    const found = this.#around.inForce().lookup(this.#request);
    if (found.kind !== 'route' || !found.route.target) return false;
    this.#isRepeated = true;
    this.#controller = null;
    this.#leave();
    this.begin(found.route, found.route.target, true);
    return true;
  }

  /** Ends both sides: with a page, where nothing was answered yet. */
  #fail(refusal: Refusal): void {
    this.#end();
    try {
      refuse(this.#request, this.#response, refusal);
    } catch {
      this.#response.destroy();
    }
  }

  /** Ends the app's part, whatever is left of it. */
  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#leave();
    if (this.#body) {
      this.#request.unpipe(this.#body);
      // The rest is read and thrown away: the connection has a next request behind it.
      this.#request.resume();
      if (!this.#request.complete) this.#body.destroy();
    }
    if (this.#controller && !this.#controller.aborted) this.#controller.abort(GONE);
  }

  /** SECURITY: what one app or client sends ends its own exchange, and never the process. */
  #safely(work: () => void): void {
    try {
      work();
    } catch {
      if (this.#route) this.#fail({ kind: 'unreachable', route: this.#route });
    }
  }
}

/** What a client is told when its request was not answered. */
export function judgeFailure(error: Error, route: Route): Refusal {
  switch (codeOf(error)) {
    case 'UND_ERR_HEADERS_TIMEOUT':
      return { kind: 'silent', route };
    // Undici is stricter than Node's parser in what it sends.
    case 'UND_ERR_INVALID_ARG':
      return { kind: 'malformed' };
    default:
      return { kind: 'unreachable', route };
  }
}

/** Why we end a request ourselves. */
export const GONE = new Error('gone');

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? '';
