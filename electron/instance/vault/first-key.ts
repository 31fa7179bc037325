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
}

/** Where a first key may be kept by choice. A file from outside is named before a start. */
export const firstCustodyNames = ['keychain', 'passphrase', 'file'] as const;

export interface FirstCustody {
  custody: (typeof firstCustodyNames)[number];
  /** For passphrase custody. */
  passphrase?: SecretText | undefined;
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
export function keepFirstKey(core: VaultCore, { custody, passphrase }: FirstCustody): Promise<void> {
  return core.exclusively(async () => {
    if (!isUnused(core.store)) throw new AppError('conflict', 'This instance has its key already.');
    const { custody: before, situation } = core;
    core.custody = openCustody(core, custody);
    let isKept = false;
    try {
      isKept = await readCustody(core, passphrase);
      if (isKept) return;
      const { case: found, refused, detail } = core.situation;
      // What is left are several keys in one place.
      const code = found !== 'waiting' ? 'custody_conflict' : refused ? 'custody_refused' : 'custody_locked';
      throw new AppError(code, detail ?? `${core.custody.describe()} gave no key.`);
    } finally {
      if (!isKept) {
        core.custody = before;
        setSituation(core, situation);
      }
    }
  });
}
