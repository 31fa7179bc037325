import { close, createWriteStream, open, type WriteStream, write } from 'node:fs';

/** Written behind what is made or read. */
const BEHIND_BYTES = 4 * 1024 * 1024;

/**
 * A new file (0600) for a part. Each piece is one write: without `writev`, by which Node puts together what waits, how many
 * there are would depend on how busy the machine is, and a kill at each of them could not be tried.
 */
export function createPartFile(path: string): WriteStream {
  return createWriteStream(path, {
    flags: 'wx',
    mode: 0o600,
    highWaterMark: BEHIND_BYTES,
    fs: { open, write, close },
  });
}
