import { AppError } from '../../kernel/app-error.ts';
import type { MasterKey } from '../sealing/master-key.ts';
import type { KeyCustody } from './custody.ts';
import { uniqueKeys } from './file-custody.ts';
import { readKeyFile } from './key-file.ts';
import { parseKeyLines } from './key-text-file.ts';

/**
 * A file mounted by a secrets manager or from an encrypted volume, read only. It may hold several keys, one per
 * line, the first one in use: a rotation takes the second line as its new key.
 *
 * @param path from TEMPS_ENCRYPTION_KEY_FILE; undefined when that is not set.
 */
export function createExternalCustody(path: string | undefined): KeyCustody {
  const refuse = async () => {
    throw new AppError(
      'custody_read_only',
      `${path ?? 'TEMPS_ENCRYPTION_KEY_FILE'} is read-only for Temps: change it where it is mounted from.`,
    );
  };
  return {
    name: 'external',
    writable: false,
    label: () => 'An external file',
    describe: () => path ?? 'the file named by TEMPS_ENCRYPTION_KEY_FILE (not set)',
    async find() {
      if (!path) return { outcome: 'missing' };
      // Symlinks are how Kubernetes and systemd mount a secret; its mode is theirs to set, so it is only said.
      const reading = await readKeyFile(path, { followSymlinks: true, repairMode: false });
      if (reading.outcome !== 'read') return reading;
      return {
        outcome: 'found',
        keys: uniqueKeys(takeKeys(reading.bytes, path)),
        said: reading.wasLoose
          ? [
              `${path} can be read by other users of this machine: make it 0600, or on FAT and exFAT mount the drive with umask=077`,
            ]
          : [],
      };
    },
    save: refuse,
    promote: refuse,
    remove: refuse,
  };
}

function takeKeys(bytes: Uint8Array, path: string): MasterKey[] {
  try {
    return parseKeyLines(bytes, path);
  } finally {
    bytes.fill(0);
  }
}
