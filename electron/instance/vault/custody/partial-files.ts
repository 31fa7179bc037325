import { join } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { type Fingerprint, parseFingerprint } from '../sealing/master-key.ts';
import { listFiles, PARTIAL_MARK, readKeyFile, removeFile } from './key-file.ts';
import { takeKey } from './key-text-file.ts';

/** `.encryption_key.partial-…`, `.encryption_key.4F2A91C077DE1B3A.age.partial-…`. */
const PARTIAL_KEYS = new RegExp(
  `^\\.encryption_key(\\.([0-9A-F]{16}))?(\\.age)?${PARTIAL_MARK.replace('.', '\\.')}[0-9a-f]+$`,
);

export interface PartialKey {
  /** Null if unknown: a truncated file, or an encrypted one on its way to the plain name. */
  fingerprint: Fingerprint | null;
  isProtected: boolean;
}

/**
 * Removes what kills during a write left in a data directory: a whole key, or the beginning of one, under a name
 * that nothing reads.
 *
 * SECURITY: what such a file holds may by accident be the last of a key that is still needed: `mayRemove` decides.
 */
export async function sweepPartialKeys(
  dataDir: string,
  mayRemove: (partial: PartialKey) => boolean,
): Promise<void> {
  for (const name of await listFiles(dataDir, PARTIAL_KEYS)) {
    const path = join(dataDir, name);
    const [, , digits = '', age] = PARTIAL_KEYS.exec(name) ?? [];
    const fingerprint = (await readFingerprint(path)) ?? parseFingerprint(digits);
    if (mayRemove({ fingerprint, isProtected: age !== undefined })) await removeFile(path);
  }
}

async function readFingerprint(path: string): Promise<Fingerprint | null> {
  try {
    const reading = await readKeyFile(path, { followSymlinks: false, repairMode: false });
    return reading.outcome === 'read' ? takeKey(reading.bytes, path).fingerprint : null;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
