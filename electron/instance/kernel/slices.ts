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
