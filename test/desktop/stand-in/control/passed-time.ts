import { obey } from './control.ts';

/** What no test waits for. */
const LONG_MS = 30_000;

const waiting = new Map<unknown, { work: () => void; ms: number }>();
const { setTimeout: begin, clearTimeout: end } = globalThis;

/** Timers of half a minute and more also end when a test says that so much time has passed. */
const beginLong = (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
  const run = () => {
    waiting.delete(timer);
    work(...args);
  };
  const timer: NodeJS.Timeout = begin(run, ms);
  if (ms >= LONG_MS) waiting.set(timer, { work: run, ms });
  return timer;
};
globalThis.setTimeout = Object.assign(beginLong, begin);
globalThis.clearTimeout = (timer) => {
  waiting.delete(timer);
  end(timer);
};

obey('passTime', ({ ms }) => {
  for (const [timer, { work, ms: after }] of waiting)
    if (after <= ms) {
      end(timer as NodeJS.Timeout);
      work();
    }
});
