import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import type { CustodyName } from '../vocabulary.ts';
import type { StrongPassphrase } from './strong-passphrase.ts';

/**
 * Where the running instance gets its key from. Four of them: keychain, passphrase, file, external.
 *
 * A custody may hold several keys of the instance at once: the active one, a staged one, and retired ones until
 * they are shredded.
 */
export interface KeyCustody {
  readonly name: CustodyName;
  /** False for `external`. */
  readonly writable: boolean;
  /** What people call it: `GNOME Keyring`, `A file in the data directory`. */
  label(): string;
  /** Where it is, by its real name: `/home/ada/.temps/encryption_key`, `GNOME Keyring (Secret Service)`. */
  describe(): string;
  /**
   * Every key it holds for this instance, active or not. Throws only `key_file_invalid` or `key_file_unsafe`
   * (an existing file that is not a key: wrong length, spaces, a directory, a symlink elsewhere) and, with a
   * passphrase, `passphrase_wrong`.
   */
  find(unlock?: { passphrase: SecretText }): Promise<CustodyFinding>;
  /**
   * Saves a key, and reads it again to compare fingerprints before it returns. Never overwrites another key:
   * `custody_conflict`. Saving a key that is there already is fine. `passphrase` is for passphrase custody
   * alone (`passphrase_required` without). Also throws `custody_locked`, `custody_refused`,
   * `custody_read_only`, `disk_full`.
   */
  save(key: MasterKey, options?: { passphrase?: StrongPassphrase }): Promise<void>;
  /** Makes a key it holds the one under the plain name (`encryption_key`); a no-op where every key has its own. */
  promote(fingerprint: Fingerprint): Promise<void>;
  /** Removes one key; fine when it is not there. */
  remove(fingerprint: Fingerprint): Promise<void>;
}

/**
 * SECURITY: three outcomes for "no key", not one: none of them means "create a new key". `locked` can be unlocked
 * by the system or a passphrase; `refused` needs the user to change something.
 */
export type CustodyFinding =
  | { outcome: 'found'; keys: MasterKey[]; said: string[] }
  | { outcome: 'missing' }
  | { outcome: 'locked'; detail: string }
  | { outcome: 'refused'; detail: string };
