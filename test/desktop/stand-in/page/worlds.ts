import type { Wire, WireHooks } from './wire.ts';

/** What is used of a page's global object; the types of the browser would change those of the whole project. */
interface PageScope {
  top: unknown;
  location: { href: string };
  CustomEvent: new (name: string, init: { detail: string }) => object;
  addEventListener(name: string, listener: (event: object) => void): void;
  dispatchEvent(event: object): boolean;
}

type Call = (...args: unknown[]) => unknown;

/** One world's end of the bridge between the preload's world and the page's. */
export interface WorldEnd {
  /** Electron's `contextBridge.exposeInMainWorld`, on the preload's end. */
  expose(key: string, value: unknown): void;
}

/**
 * Joins the page's world and the preload's, which share a window and no object: text crosses, by events of a name
 * that nobody in the page knows. Functions and promises are kept where they are and stood for by others, as
 * Electron's contextBridge does. Its source runs in pages: it may use nothing from outside itself, and what could
 * betray the name of the events is taken before the page's own scripts can change it.
 */
export function joinWorlds(
  createWire: (hooks: WireHooks) => Wire,
  secretName: string,
  end: 'page' | 'preload',
): WorldEnd {
  const scope = globalThis as unknown as PageScope;
  const { CustomEvent } = scope;
  const { apply, getOwnPropertyDescriptor } = Reflect;
  const { freeze, defineProperty, hasOwn } = Object;
  const { parse, stringify } = JSON;
  const bind = Function.prototype.bind;
  const then = Promise.prototype.then;
  const dispatch = scope.dispatchEvent;
  const readDetail = getOwnPropertyDescriptor(CustomEvent.prototype, 'detail')?.get as () => string;
  const isPage = end === 'page';
  const functions: Call[] = [];
  const settlers: Record<number, [resolve: (value: unknown) => void, reject: (reason: unknown) => void]> = {};
  const answers: Record<number, { ok: boolean; value: string }> = {};
  let count = 0;

  const post = (message: object) => {
    const event = new CustomEvent(`${secretName}-${isPage ? 'preload' : 'page'}`, {
      detail: stringify(message),
    });
    apply(dispatch, scope, [event]);
  };
  const attempt = (work: () => unknown): { ok: boolean; value: string } => {
    try {
      return { ok: true, value: wire.encode(work()) };
    } catch (error) {
      return { ok: false, value: wire.encode(error instanceof Error ? error : new Error(`${error}`)) };
    }
  };
  /** Events are heard before `dispatchEvent` returns: an answer is there, or the other end is gone. */
  const ask = (message: object): unknown => {
    const number = ++count;
    post({ ...message, number });
    const answer = answers[number];
    delete answers[number];
    if (!answer) throw new Error('the other world is gone');
    const value = wire.decode(answer.value);
    if (!answer.ok) throw value;
    return value;
  };
  const wire = createWire({
    keepFunction: (value) => {
      functions[functions.length] = value;
      return functions.length - 1;
    },
    makeFunction: (id) => {
      const call = (...args: unknown[]) => ask({ kind: 'call', id, args: wire.encode(args) });
      // Bound, it shows no source, as a function of the browser's own.
      const bound = apply(bind, call, [undefined]) as Call;
      defineProperty(bound, 'name', { value: '' });
      return isPage ? freeze(bound) : bound;
    },
    keepPromise: (value) => {
      const id = ++count;
      const settle = (ok: boolean) => (result: unknown) => {
        const sent = attempt(() => result);
        post({ kind: 'settle', id, ok: ok && sent.ok, value: sent.value });
      };
      void apply(then, value, [settle(true), settle(false)]);
      return id;
    },
    makePromise: (id) =>
      new Promise((resolve, reject) => {
        settlers[id] = [resolve, reject];
      }),
    finish: (value) => {
      if (isPage) freeze(value);
    },
  });
  const expose = (key: string, value: string) => {
    if (hasOwn(scope, key))
      throw new Error('Cannot bind an API on top of an existing property on the window object');
    defineProperty(scope, key, { value: wire.decode(value), enumerable: true });
  };
  scope.addEventListener(`${secretName}-${end}`, (event) => {
    const message = parse(apply(readDetail, event, []));
    if (message.kind === 'answer') {
      answers[message.number] = message;
    } else if (message.kind === 'settle') {
      settlers[message.id]?.[message.ok ? 0 : 1](wire.decode(message.value));
      delete settlers[message.id];
    } else {
      const answer = attempt(() => {
        if (message.kind === 'expose') return expose(message.key, message.value);
        return apply(functions[message.id] as Call, undefined, wire.decode(message.args) as unknown[]);
      });
      post({ ...answer, kind: 'answer', number: message.number });
    }
  });
  return { expose: (key, value) => void ask({ kind: 'expose', key, value: wire.encode(value) }) };
}
