import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { ControlMessage, StandInCommands, StandInState } from './control-contract.ts';

/** The test's end of the control channel. */
export interface ControlServer {
  /** Resolves with the first state, once the stand-in is there. */
  started: Promise<StandInState>;
  /** The last one. */
  state(): StandInState | null;
  /** Called after each change; returns what ends it. */
  watch(listener: () => void): () => void;
  tell<Name extends keyof StandInCommands>(name: Name, said: StandInCommands[Name]): Promise<void>;
  /** What was told and not answered, or is told from now on, is rejected with this reason. */
  close(reason: string): void;
}

/** Listens at `path` for one stand-in. */
export async function openControl(path: string): Promise<ControlServer> {
  const started = Promise.withResolvers<StandInState>();
  const asked = new Map<number, PromiseWithResolvers<void>>();
  const listeners = new Set<() => void>();
  let socket: Socket | null = null;
  let state: StandInState | null = null;
  let whyClosed: string | null = null;
  let count = 0;
  const hear = (message: ControlMessage) => {
    if ('state' in message) {
      state = message.state;
      started.resolve(state);
      for (const listener of listeners) listener();
      return;
    }
    const { id, error } = message;
    if (error === null) asked.get(id)?.resolve();
    else asked.get(id)?.reject(new Error(error));
    asked.delete(id);
  };
  const server = createServer((connected) => {
    socket = connected;
    connected.on('error', () => undefined);
    createInterface({ input: connected }).on('line', (line) => hear(JSON.parse(line) as ControlMessage));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    started: started.promise,
    state: () => state,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(name, said) {
      if (whyClosed !== null) return Promise.reject(new Error(whyClosed));
      const id = ++count;
      const answer = Promise.withResolvers<void>();
      asked.set(id, answer);
      socket?.write(`${JSON.stringify({ id, name, said })}\n`);
      return answer.promise;
    },
    close(reason) {
      whyClosed = reason;
      for (const { reject } of asked.values()) reject(new Error(reason));
      for (const listener of listeners) listener();
      server.close();
    },
  };
}
