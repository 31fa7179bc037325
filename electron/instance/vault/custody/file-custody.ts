import { join } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import type { CustodyFinding, KeyCustody } from './custody.ts';
import { isTaken, listFiles, readKeyFile, removeFile, replaceFile, writeNewFile } from './key-file.ts';
import { formatKeyFile, takeKey } from './key-text-file.ts';
import { sweepPartialKeys } from './partial-files.ts';

/** Upstream's name: the key in force. */
export const KEY_FILE = 'encryption_key';
const KEY_FILES = /^encryption_key(\.[0-9A-F]{16})?$/;
const RULES = { followSymlinks: false, repairMode: true } as const;

/**
 * `<data dir>/encryption_key`, 0600 in a 0700 folder; further keys (staged, retired) beside it under their
 * fingerprints, `encryption_key.4F2A91C077DE1B3A`.
 */
export function createFileCustody(dataDir: string): KeyCustody {
  const plain = join(dataDir, KEY_FILE);
  const named = (fingerprint: Fingerprint) => join(dataDir, `${KEY_FILE}.${fingerprint.replaceAll('-', '')}`);

  async function readAll(): Promise<{ path: string; key: MasterKey; wasLoose: boolean }[] | string> {
    const found: { path: string; key: MasterKey; wasLoose: boolean }[] = [];
    for (const name of await listFiles(dataDir, KEY_FILES)) {
      const path = join(dataDir, name);
      const reading = await readKeyFile(path, RULES);
      if (reading.outcome === 'refused') return reading.detail;
      if (reading.outcome === 'read') {
        found.push({ path, key: takeKey(reading.bytes, path), wasLoose: reading.wasLoose });
      }
    }
    return found;
  }

  async function requireAll() {
    const found = await readAll();
    if (typeof found === 'string') throw new AppError('custody_refused', found);
    return found;
  }

  return {
    name: 'file',
    writable: true,
    label: () => 'A file in the data directory',
    describe: () => plain,
    async find(): Promise<CustodyFinding> {
      const found = await readAll();
      if (typeof found === 'string') return { outcome: 'refused', detail: found };
      if (found.length === 0) return { outcome: 'missing' };
      return {
        outcome: 'found',
        keys: uniqueKeys(found.map(({ key }) => key)),
        said: found
          .filter(({ wasLoose }) => wasLoose)
          .map(({ path }) => `${path} could be read by others; it is now 0600`),
      };
    },
    async save(key) {
      const before = await requireAll();
      if (before.some((known) => known.key.fingerprint === key.fingerprint)) return;
      await writeKey(key, writeNewFile, (await isTaken(plain)) ? named(key.fingerprint) : plain);
      const after = await requireAll();
      if (!after.some((known) => known.key.fingerprint === key.fingerprint)) {
        throw new AppError('custody_refused', `${plain} did not return the key that was written.`);
      }
    },
    /** Both keys lie under their own names, on the disk, before the plain name changes hands. */
    async promote(fingerprint) {
      const found = await requireAll();
      const wanted = found.find(({ key }) => key.fingerprint === fingerprint);
      if (!wanted) throw new AppError('custody_missing', `The key ${fingerprint} is not in ${dataDir}.`);
      const current = found.find(({ path }) => path === plain);
      if (current?.key.fingerprint !== fingerprint) {
        if (current && !(await isTaken(named(current.key.fingerprint)))) {
          await writeKey(current.key, writeNewFile, named(current.key.fingerprint));
        }
        await writeKey(wanted.key, replaceFile, plain);
      }
      await removeFile(named(fingerprint));
    },
    async remove(fingerprint) {
      for (const { path, key } of await requireAll()) {
        if (key.fingerprint === fingerprint) await removeFile(path);
      }
      // SECURITY: also removes files that a kill left half written.
      await sweepPartialKeys(
        dataDir,
        (partial) =>
          partial.fingerprint === fingerprint || (partial.fingerprint === null && !partial.isProtected),
      );
    },
  };
}

async function writeKey(
  key: MasterKey,
  write: (path: string, bytes: Uint8Array) => Promise<void>,
  path: string,
): Promise<void> {
  const bytes = formatKeyFile(key);
  try {
    await write(path, bytes);
  } finally {
    bytes.fill(0);
  }
}

/** One key may lie under two names for a moment. */
export function uniqueKeys(keys: readonly MasterKey[]): MasterKey[] {
  return [...new Map(keys.map((key) => [key.fingerprint, key])).values()];
}
