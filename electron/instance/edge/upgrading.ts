import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { GONE, type InForce, judgeFailure } from './forwarding.ts';
import { toAppHeaders, toClientHeaders } from './headers.ts';
import { makePage, type Refusal } from './pages.ts';
import type { Route, Target } from './routes.ts';
import type { Passage, Targets } from './targets.ts';

export interface UpgradeLimits {
  /**
   * When one side has said all it has to say and the other is silent for this long, both end. A client that is gone for good looks the
   * same at first.
   */
  halfOpenMs: number;
}

/** For a client to take a last answer. */
const LAST_ANSWER_MS = 30_000;

/**
 * Whether a request leaves HTTP. SECURITY: for WebSockets alone. Through `h2c` and others a client would speak to an app past all that is
 * done here; such a request is answered as if it had not asked.
 */
export const isWebSocket = ({ headers, method }: IncomingMessage): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';

/**
 * Connects a client with its app, in both directions and byte by byte, once the app agreed; or answers as the app did, or by a page.
 *
 * @param head what the client sent behind its request.
 */
export function upgrade(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  targets: Targets,
  inForce: () => InForce,
  { halfOpenMs }: UpgradeLimits,
): void {
  client.on('error', () => client.destroy());
  const { lookup, consoleCookie } = inForce();
  const found = isWebSocket(request) ? lookup(request) : ({ kind: 'malformed' } as const);
  if (found.kind !== 'route') {
    refuseOn(client, request, found);
    return;
  }
  const { route, host, path } = found;
  const { target } = route;
  if (route.state !== 'serving' || !target) {
    refuseOn(client, request, { kind: 'not_serving', route });
    return;
  }
  const address = request.socket.remoteAddress ?? 'unknown';
  const facts = { host, address, consoleCookie, contentLength: null };
  const upgrading = new Upgrading(client, head, request, {
    route,
    targets,
    target,
    consoleCookie,
    halfOpenMs,
  });
  try {
    targets.poolOf(target).dispatch(
      {
        path,
        method: 'GET',
        headers: toAppHeaders(request.rawHeaders, facts),
        upgrade: 'websocket',
      },
      upgrading,
    );
  } catch (error) {
    upgrading.onResponseError(null, error as Error);
  }
}

interface Around {
  route: Route;
  targets: Targets;
  target: Target;
  consoleCookie: string;
  halfOpenMs: number;
}

/** One upgrade. Undici calls it; none of its methods throws. */
class Upgrading implements Dispatcher.DispatchHandler, Passage {
  readonly #client: Duplex;
  readonly #head: Buffer;
  readonly #request: IncomingMessage;
  readonly #around: Around;
  readonly #leave: () => void;
  #app: Duplex | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #hasAnswered = false;
  #isOver = false;

  constructor(client: Duplex, head: Buffer, request: IncomingMessage, around: Around) {
    this.#client = client;
    this.#head = head;
    this.#request = request;
    this.#around = around;
    this.#leave = around.targets.enter(around.target, this);
    client.once('close', () => this.#end());
  }

  cut(): void {
    this.#client.destroy();
    this.#end();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(GONE);
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    app: Duplex,
  ): void {
    this.#app = app;
    // Undici is done with it, and would abort what is its own.
    this.#controller = null;
    app.on('error', () => app.destroy());
    app.once('close', () => this.#endAfter(this.#client));
    if (this.#isOver) {
      app.destroy();
      return;
    }
    this.#safely(() => {
      const switched = ['Connection', 'Upgrade', 'Upgrade', 'websocket'];
      this.#writeHead(status, [...this.#toHeaders(controller, status), ...switched]);
      // What the client said before it was agreed belongs to the app.
      if (this.#head.length > 0) app.write(this.#head);
      // Either side may end its half: the other hears of it, and may still speak.
      this.#client.pipe(app);
      app.pipe(this.#client);
      this.#endHalfOpen(this.#client, app);
      this.#endHalfOpen(app, this.#client);
    });
  }

  /** The app does not agree: what it says instead ends with the connection, so that nothing has to frame it. */
  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200 || this.#isOver) return;
    this.#safely(() =>
      this.#writeHead(status, [...this.#toHeaders(controller, status), 'Connection', 'close']),
    );
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#safely(() => {
      if (this.#client.write(chunk) || controller.paused) return;
      controller.pause();
      this.#client.once('drain', () => controller.resume());
    });
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#leave();
    endGently(this.#client);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isOver) return;
    const { route } = this.#around;
    this.#isOver = true;
    this.#leave();
    if (this.#hasAnswered) this.#client.destroy();
    else refuseOn(this.#client, this.#request, judgeFailure(error, route));
  }

  #toHeaders(controller: Dispatcher.DispatchController, status: number): string[] {
    const raw = (controller.rawHeaders ?? []) as (Buffer | string)[];
    return toClientHeaders(raw, { status, consoleCookie: this.#around.consoleCookie });
  }

  #writeHead(status: number, headers: readonly string[]): void {
    this.#hasAnswered = true;
    this.#client.write(formatHead(status, headers), 'latin1');
  }

  /** Once `ended` has said all, `other` is given a while after its last word. */
  #endHalfOpen(ended: Duplex, other: Duplex): void {
    ended.once('end', () => {
      const timer = setTimeout(() => this.cut(), this.#around.halfOpenMs);
      const wait = () => timer.refresh();
      other.on('data', wait);
      this.#client.once('close', () => {
        clearTimeout(timer);
        other.off('data', wait);
      });
    });
  }

  /** The app's side is closed: what it said last still reaches the client. */
  #endAfter(client: Duplex): void {
    if (client.writableFinished || client.destroyed) client.destroy();
    else {
      client.once('finish', () => client.destroy());
      client.end();
      setTimeout(() => client.destroy(), LAST_ANSWER_MS).unref();
    }
  }

  #end(): void {
    if (this.#isOver) {
      this.#app?.destroy();
      return;
    }
    this.#isOver = true;
    this.#leave();
    this.#app?.destroy();
    this.#controller?.abort(GONE);
  }

  /** SECURITY: see `Forwarding`. */
  #safely(work: () => void): void {
    try {
      work();
    } catch {
      this.cut();
    }
  }
}

/** Answers on a connection that no response of Node's belongs to, and ends it. */
function refuseOn(client: Duplex, request: IncomingMessage, refusal: Refusal): void {
  if (client.destroyed) return;
  const { status, headers, body } = makePage(refusal, request.headers.accept);
  client.write(formatHead(status, [...headers.flat(), 'Connection', 'close']), 'latin1');
  client.write(body);
  endGently(client);
}

/** What was written arrives; a client that does not take it is not waited for. */
function endGently(client: Duplex): void {
  client.resume();
  client.end(() => client.destroy());
  setTimeout(() => client.destroy(), LAST_ANSWER_MS).unref();
}

/** Throws for a header that would end its line: it is the app's to send, and nobody else checks it here. */
function formatHead(status: number, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const line = `${headers[at]}: ${headers[at + 1]}`;
    if (!/^[\t\x20-\x7e\x80-\xff]+$/.test(line)) throw new TypeError('no header');
    head += `${line}\r\n`;
  }
  return `${head}\r\n`;
}
