import type { ProcessHost } from '../../../electron/instance/kernel/process-hosts.ts';

export interface WatchedHost extends ProcessHost {
  startedAt: number[];
  sent: number;
  gone: number;
}

/** Counts what a host starts, what is sent, and what is gone. */
export function watch(host: ProcessHost): WatchedHost {
  const watched: WatchedHost = {
    startedAt: [],
    sent: 0,
    gone: 0,
    start(program, listener) {
      watched.startedAt.push(performance.now());
      let isGone = false;
      const onExit = () => {
        if (!isGone) watched.gone += 1;
        isGone = true;
        listener.onExit();
      };
      const started = host.start(program, { ...listener, onExit });
      return {
        send(message) {
          watched.sent += 1;
          started.send(message);
        },
        kill: () => started.kill(),
      };
    },
  };
  return watched;
}

/** Before any answer can be read. */
export async function untilSent(watched: WatchedHost, count: number): Promise<void> {
  while (watched.sent < count) await Promise.resolve();
}
