import { join } from 'node:path';
import { AppError } from '../app-error.ts';
import { readKeyFile } from './custody/key-file.ts';
import { parseKeyFile } from './custody/key-text-file.ts';
import type { MasterKey } from './sealing/master-key.ts';

/** A key file that lies there already: of an earlier instance, or of upstream's server. */
export interface FoundKey {
  path: string;
  key: MasterKey;
}

const PLACES = [['encryption_key'], ['data', 'encryption_key']];

/**
 * The key file in the data directory, or in `data` below it, where upstream's server may have put it. Null where there
 * is none, and for a file that is no key. Nothing is changed.
 */
export async function findKeyFile(dataDir: string): Promise<FoundKey | null> {
  for (const place of PLACES) {
    const path = join(dataDir, ...place);
    try {
      const reading = await readKeyFile(path, { followSymlinks: false, repairMode: false });
      if (reading.outcome === 'read') return { path, key: parseKeyFile(reading.bytes, path) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return null;
}
