import { join } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { readKeyFile } from '../custody/key-file.ts';
import { takeKey } from '../custody/key-text-file.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';

/** An existing key file: of an earlier instance, or of upstream's server. The key itself is not kept. */
export interface FoundKey {
  path: string;
  fingerprint: Fingerprint;
}

const PLACES = [['encryption_key'], ['data', 'encryption_key']];

/**
 * The key file in the data directory, or in `data` below it, where upstream's server may have put it; and, in
 * words, what exists there and is not a usable key. Nothing is changed.
 */
export async function findKeyFile(dataDir: string): Promise<{ found: FoundKey | null; said: string[] }> {
  const said: string[] = [];
  for (const place of PLACES) {
    const path = join(dataDir, ...place);
    try {
      const key = await readFoundKey(path);
      if (key) return { found: { path, fingerprint: key.fingerprint }, said };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      said.push(`${error.message} It was not used.`);
    }
  }
  return { found: null, said };
}

/** Null when it is gone. Throws `key_file_invalid`, `key_file_unsafe`, `custody_refused`. */
export async function readFoundKey(path: string): Promise<MasterKey | null> {
  const reading = await readKeyFile(path, { followSymlinks: false, repairMode: false });
  if (reading.outcome === 'refused') throw new AppError('custody_refused', reading.detail);
  return reading.outcome === 'read' ? takeKey(reading.bytes, path) : null;
}
