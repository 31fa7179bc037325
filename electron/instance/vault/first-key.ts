import { findActiveRecord } from './key-record.ts';
import type { Fingerprint } from './sealing/master-key.ts';
import type { VaultCore } from './vault-core.ts';
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
