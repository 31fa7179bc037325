import type { Readable, Writable } from 'node:stream';
import type { CDPSession } from 'playwright-core';

/** One target's DevTools protocol, or the browser's own; typed as Playwright has it. */
export interface DevtoolsSession {
  send: CDPSession['send'];
  on: CDPSession['on'];
}

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

/** The DevTools protocol of a browser over its pipe, in which a zero byte ends each message. */
export interface Devtools {
  browser: DevtoolsSession;
  /** The session of a target that was attached to. */
  session(id: string): DevtoolsSession;
}

const GONE = 'the browser is gone';

export function speakDevtools(output: Writable, input: Readable): Devtools {
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  const listeners = new Map<string, ((params: never) => void)[]>();
  let count = 0;
  let rest = Buffer.alloc(0);
  input.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const text = rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
      hear(JSON.parse(text) as Message);
    }
  });
  let isGone = false;
  input.on('close', () => {
    isGone = true;
    for (const { reject } of waiting.values()) reject(new Error(GONE));
  });
  output.on('error', () => undefined);
  const hear = ({ id, sessionId = '', method, params, result, error }: Message) => {
    if (id === undefined) {
      for (const listener of listeners.get(`${sessionId} ${method}`) ?? []) listener(params as never);
      return;
    }
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result as never);
  };
  const session = (sessionId: string): DevtoolsSession => ({
    send: (method, params) => {
      if (isGone) return Promise.reject(new Error(GONE));
      const id = ++count;
      const answer = Promise.withResolvers<never>();
      waiting.set(id, answer);
      output.write(
        `${JSON.stringify({ id, method, params: params ?? {}, ...(sessionId ? { sessionId } : {}) })}\0`,
      );
      return answer.promise;
    },
    on: ((event: string, listener: (params: never) => void) => {
      const key = `${sessionId} ${event}`;
      listeners.set(key, [...(listeners.get(key) ?? []), listener]);
    }) as never,
  });
  return { browser: session(''), session };
}
