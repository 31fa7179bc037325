import { AppError } from '../app-error.ts';
import { findActiveRecord } from './key-record.ts';
import type { Fingerprint } from './sealing/master-key.ts';
import type { SecretText } from './secret-text.ts';
import { isUnused, openCustody, readCustody, setSituation, type VaultCore } from './vault-core.ts';
import type { CustodyName } from './vocabulary.ts';

/** What is said of the key to whoever sets the instance up. Nothing of it is secret. */
export interface FirstKey {
  /** Null while there is no key: `detail` says why. */
  fingerprint: Fingerprint | null;
  custody: CustodyName;
  /** Where it is kept, by the name people know: `GNOME Keyring`. */
  label: string;
  place: string;
  /** Found there rather than made; null when that was in an earlier run. */
  adopted: boolean | null;
  isLocked: boolean;
  detail: string | null;
  /** A key file that lies here: to be used, or, once that was said, left as it is. */
  found: { path: string; fingerprint: Fingerprint } | null;
}

/** Where a first key may be kept by choice. A file from outside is named before a start. */
export const firstCustodyNames = ['keychain', 'passphrase', 'file'] as const;

export interface FirstCustody {
  custody: (typeof firstCustodyNames)[number];
  /** For passphrase custody. */
  passphrase?: SecretText | undefined;
  /** The key in the file that was found, rather than a new one. */
  usesFound?: boolean | undefined;
}

export function describeFirstKey(core: VaultCore): FirstKey {
  return {
    fingerprint: findActiveRecord(core.store)?.fingerprint ?? null,
    custody: core.custody.name,
    label: core.custody.label(),
    place: core.custody.describe(),
    adopted: core.wasKeyAdopted,
    isLocked: core.ring.active === null,
    detail: core.situation.detail,
    found: core.found && { path: core.found.path, fingerprint: core.found.key.fingerprint },
  };
}

/**
 * Makes the first key where its owner chose, after the first start found no custody that would take one. Where that
 * fails too, everything stays as it was.
 *
 * SECURITY: only while nothing was ever sealed; nobody gets a new key over old data, or over a key that is elsewhere.
 *
 * Throws `conflict` (there is a key, or was one), `custody_locked`, `custody_refused`, and what saving throws.
 */
export function keepFirstKey(core: VaultCore, where: FirstCustody): Promise<void> {
  const { custody, passphrase, usesFound } = where;
  return core.exclusively(async () => {
    if (!isUnused(core.store)) throw new AppError('conflict', 'This instance has its key already.');
    const { custody: before, situation, found } = core;
    if (usesFound && !found) throw new AppError('not_found', 'No key file was found here.');
    core.custody = openCustody(core, custody);
    // It was said now whether it is used.
    core.found = null;
    let isKept = false;
    try {
      isKept = await readCustody(core, passphrase, core.lockCount, usesFound ? (found?.key ?? null) : null);
      if (isKept) return;
      const { case: why, refused, detail } = core.situation;
      // What is left are several keys in one place.
      const code = why !== 'waiting' ? 'custody_conflict' : refused ? 'custody_refused' : 'custody_locked';
      throw new AppError(code, detail ?? `${core.custody.describe()} gave no key.`);
    } finally {
      // A file in the data directory is where file custody keeps it; any other is said to lie here still.
      core.found = isKept && custody === 'file' && found?.path === core.custody.describe() ? null : found;
      if (!isKept) {
        core.custody = before;
        setSituation(core, situation);
      }
    }
  });
}
