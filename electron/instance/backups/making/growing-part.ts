import { open } from 'node:fs/promises';

/** At once, of a part that may be gigabytes. */
const PIECE_BYTES = 1024 * 1024;

/** A file that is being written. */
export interface Growing<T> {
  /** What writing it comes to. */
  written: Promise<T>;
  /**
   * Resolves with true once it is whole, with false as soon as there may be more of it than when this was called. Throws what
   * writing it ended with.
   */
  wait(): Promise<boolean>;
}

/** @param write calls `note` whenever there is more of it. */
export function startWriting<T>(write: (note: () => void) => Promise<T>): Growing<T> {
  let step = Promise.withResolvers<false>();
  const written = write(() => {
    step.resolve(false);
    step = Promise.withResolvers();
  });
  const whole = written.then(() => true);
  // Nobody need be waiting when it fails.
  whole.catch(() => undefined);
  return {
    written,
    wait() {
      const next = Promise.race([whole, step.promise]);
      next.catch(() => undefined);
      return next;
    },
  };
}

/**
 * Content of a file that is being written, as far as it has come, and then the rest. In pieces of one size, however busy the
 * machine is: a kill at each write of them can be tried. They lie in one buffer: each is given up once the next is asked for.
 */
export async function* readGrowing(
  path: string,
  { wait }: Pick<Growing<unknown>, 'wait'>,
): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    let filled = 0;
    for (let isWhole = false; ; ) {
      // Asked before it is read: what is written meanwhile is not missed.
      const next: Promise<boolean> | null = isWhole ? null : wait();
      for (let read = 1; read > 0; ) {
        ({ bytesRead: read } = await file.read(piece, filled, PIECE_BYTES - filled, null));
        filled += read;
        if (filled < PIECE_BYTES) continue;
        yield piece;
        filled = 0;
      }
      if (next === null) break;
      isWhole = await next;
    }
    if (filled > 0) yield piece.subarray(0, filled);
  } finally {
    await file.close();
  }
}
