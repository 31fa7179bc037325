import type { Readable } from 'node:stream';

/** How the folder of an instance begins: see format/manifest.ts. */
export const INSTANCE_PREFIX = 'temps-';

/** A file at a destination. */
export interface StoredFile {
  /** Below the destination, with `/`: `temps-<instance id>/<backup>/<file>`. */
  path: string;
  sizeBytes: number;
}

/**
 * A place that keeps backups. Paths are as in `StoredFile`. Each throws `destination_gone` where the place is not there,
 * `destination_refused` where it says no, `destination_full`; with what failed in words. None creates the place itself: a
 * folder below which no disk is mounted is not written to.
 */
export interface Destination {
  /**
   * Every file below a folder, in any order; none for a folder that is not there. What is foreign is listed too; but `''` are
   * the folders of instances alone, whatever else is in the place.
   */
  list(folder: string, signal: AbortSignal): Promise<StoredFile[]>;
  /** Throws `not_found` for a file that is not there. */
  read(path: string, signal: AbortSignal): Promise<Readable>;
  /**
   * The file is there whole, and on the disk, when this returns, or not at all. Never overwrites.
   *
   * @param content its pieces may lie in one buffer: nothing of a piece is used once the next is asked for.
   */
  write(path: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** Nothing where it is gone already. Folders that become empty go too. */
  remove(path: string, signal: AbortSignal): Promise<void>;
  /** Ends what a kill left of writing below a folder, where that is not among the files there. */
  endWrites(folder: string, signal: AbortSignal): Promise<void>;
}
