import { readFileSync } from 'node:fs';
import { guardMembers } from '../offered.ts';
import { createWire, type Wire } from './wire.ts';
import { joinWorlds, type WorldEnd } from './worlds.ts';

/** The preload's world, by name: its binding and its scripts are in no other. */
export const PRELOAD_WORLD = 'stand-in preload';
/** The binding by which it speaks to the program. */
export const BINDING = 'standInPost';

/** What the preload's world has of Electron. Its source runs there: it may use nothing from outside itself. */
function createPreloadModule(wire: Wire, end: WorldEnd, guard: typeof guardMembers): object {
  type Listener = (event: object, ...args: unknown[]) => void;
  const scope = globalThis as unknown as {
    standInPost(text: string): void;
    standInHear(text: string): void;
  };
  const post = scope.standInPost;
  const invocations = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners = new Map<string, Listener[]>();
  let count = 0;
  const ipcRenderer = {
    async invoke(channel: string, ...args: unknown[]) {
      const id = ++count;
      const answer = Promise.withResolvers<unknown>();
      // Encoded before it is kept: what cannot be cloned is refused here.
      const text = JSON.stringify({ id, channel, args: wire.encode(args) });
      invocations.set(id, answer);
      post(text);
      return await answer.promise;
    },
    on(channel: string, listener: Listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    off(channel: string, listener: Listener) {
      const heard = listeners.get(channel) ?? [];
      const at = heard.lastIndexOf(listener);
      listeners.set(
        channel,
        heard.filter((_, index) => index !== at),
      );
      return ipcRenderer;
    },
  };
  scope.standInHear = (text) => {
    const message = JSON.parse(text);
    if (message.channel !== undefined) {
      const event = guard('IpcRendererEvent', { sender: ipcRenderer, ports: [] });
      for (const listener of listeners.get(message.channel) ?? [])
        listener(event, ...(wire.decode(message.args) as unknown[]));
      return;
    }
    const answer = invocations.get(message.id);
    invocations.delete(message.id);
    if (message.error === undefined) answer?.resolve(wire.decode(message.result));
    else answer?.reject(new Error(message.error));
  };
  return guard('electron', {
    contextBridge: guard('contextBridge', { exposeInMainWorld: end.expose }),
    ipcRenderer: guard('ipcRenderer', ipcRenderer),
  });
}

/** No frame inside the page has a preload, and the page before the first has none. */
const only = (source: string) => `if (top === globalThis && location.href !== 'about:blank') {${source}}`;

/** The page's end of the bridge: runs in its own world, before its scripts. */
export const pageSource = (secretName: string): string =>
  only(`(${joinWorlds})(${createWire}, ${JSON.stringify(secretName)}, 'page');`);

/** The file at `path` in the preload's world, with the `require` that a sandboxed one has. Throws where there is no such file. */
export function preloadSource(secretName: string, path: string): string {
  const file = readFileSync(path, 'utf8');
  return only(`(() => {
    const createWire = ${createWire};
    const end = (${joinWorlds})(createWire, ${JSON.stringify(secretName)}, 'preload');
    const electron = (${createPreloadModule})(createWire(null), end, ${guardMembers});
    const require = (name) => {
      if (name === 'electron') return electron;
      throw new Error('module not found: ' + name);
    };
    const module = { exports: {} };
    ((require, module, exports) => {${file}
    })(require, module, module.exports);
  })();`);
}
