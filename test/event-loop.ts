import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Watched<T> {
  result: T;
  /** The longest that the event loop came late. Whatever else runs on the machine adds to it. */
  delayMs: number;
  /** The most processor time this thread spent in one turn of the loop: the same on a busy machine. */
  heldMs: number;
  /** Processor time in all. */
  spentMs: number;
}

/** Runs work and measures how long it keeps the event loop of this process from everyone else. */
export async function watchLoop<T>(work: () => Promise<T>): Promise<Watched<T>> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  const spent = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  const begin = spent();
  let last = begin;
  let heldMs = 0;
  const look = () => {
    const now = spent();
    heldMs = Math.max(heldMs, now - last);
    last = now;
  };
  let turn = setImmediate(function again() {
    look();
    turn = setImmediate(again);
  });
  histogram.enable();
  // The first interval of the histogram must have begun before the work does.
  await new Promise((resolve) => setTimeout(resolve, 5));
  try {
    const result = await work();
    look();
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { result, delayMs: histogram.max / 1e6, heldMs, spentMs: spent() - begin };
  } finally {
    clearImmediate(turn);
    histogram.disable();
  }
}
