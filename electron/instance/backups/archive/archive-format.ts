import { Header } from 'tar/header';

/**
 * A backup as one file: a tar of its folder, for `tar` to unpack. The manifest comes first, so that whose it is and which
 * key it needs is read before anything else of it; then its signature, then the parts in the order of the manifest.
 */
export const BLOCK = 512;
/** What ends a tar, and what `tar` fills up to. */
export const END_BLOCKS = 2;
export const MAX_TRAILING = 20 * BLOCK;

export interface ArchiveEntry {
  /** `temps-<instance id>/<backup>/<file>` */
  path: string;
  sizeBytes: number;
}

export function formatEntry({ path, sizeBytes }: ArchiveEntry, mtimeMs: number): Buffer {
  const header = new Header({
    path,
    size: sizeBytes,
    type: 'File',
    mode: 0o600,
    uid: 0,
    gid: 0,
    mtime: new Date(Math.floor(mtimeMs / 1000) * 1000),
  });
  const block = Buffer.alloc(BLOCK);
  header.encode(block);
  return block;
}

/**
 * What a header says. `end` for a block of zeros; null for anything but a plain file with a size. SECURITY: links, folders,
 * devices, sparse files and extended headers are nothing that this program writes.
 */
export function parseEntry(block: Buffer): ArchiveEntry | 'end' | null {
  if (block.every((byte) => byte === 0)) return 'end';
  let header: Header;
  try {
    header = new Header(block, 0);
  } catch {
    return null;
  }
  const { path, size, cksumValid, type, linkpath } = header;
  const isPlain = cksumValid && type === 'File' && !linkpath;
  if (!isPlain || path === undefined || size === undefined || !Number.isSafeInteger(size) || size < 0)
    return null;
  return { path, sizeBytes: size };
}

/** Zeros after a file, up to the next block. */
export const paddingOf = (sizeBytes: number): number => (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
