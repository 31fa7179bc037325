import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one slice of long work may keep the event loop. */
const SLICE_MS = 6;

/** Long work in short slices, with a turn for everyone else in between. */
export interface Slices {
  /** Whether this slice has lasted long enough. */
  isOver(): boolean;
  /** Gives the event loop a turn and begins the next slice. */
  next(): Promise<void>;
}

export function startSlices(): Slices {
  let until = performance.now() + SLICE_MS;
  return {
    isOver: () => performance.now() >= until,
    async next() {
      await nextTurn();
      until = performance.now() + SLICE_MS;
    },
  };
}

/** Work that says, by `yield`, where it may be interrupted, and returns its result. */
export type Steps<T> = Generator<void, T, void>;

/** In one go: for work that is known to be short. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

export async function runInSlices<T>(steps: Steps<T>): Promise<T> {
  const slices = startSlices();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (slices.isOver()) await slices.next();
  }
}
