import type { Fingerprint } from './sealing/master-key.ts';
import type { SecretText } from './secret-text.ts';
import type { KindFacts } from './secrets/secret-kinds.ts';
import type { SecretKind } from './vocabulary.ts';

/** UUIDv7 of a row of `secrets`. */
export type SecretId = string;

export const secretStates = ['ok', 'locked', 'unreadable'] as const;
export type SecretState = (typeof secretStates)[number];

/** What a secret belongs to, for people: the doctor's report and the recovery list show it. */
export interface SecretOwner {
  /** `API_TOKEN of shop (production)`. Never a value. */
  title: string;
  /** Only its name: `API_TOKEN`. */
  name: string;
  /** Only what it belongs to: `shop, production`. */
  belongsTo: string;
  /** Its page in the console, as a path: `/projects/shop`. */
  path: string | null;
  /** Whether the value is one it had before. */
  isEarlier: boolean;
}

/** What a keeper tells of secrets that keep the values they had before. */
export interface VersionKeeper {
  /** How many values are in force, of all or of those encrypted with one of these keys; the rest are earlier versions. */
  countInForce(keys: readonly Fingerprint[] | null): number;
  /** How many secrets that were encrypted with a lost key, at this time or before, got a value that is not. */
  countReplaced(lostKeys: readonly Fingerprint[], lostAtMs: number): number;
  /** Deletes those of these values that are earlier versions, in a transaction of the caller's. Returns how many. */
  removeEarlier(ids: readonly SecretId[]): number;
}

/** What a capability tells the vault about the secrets of one kind that it keeps there. */
export interface SecretKeeper extends KindFacts {
  /** Owners of these secrets; an id that nothing owns is left out. */
  describe(ids: readonly SecretId[]): Map<SecretId, SecretOwner>;
  /** Absent where a secret has one value, and none before it. */
  readonly versions?: VersionKeeper;
  /**
   * Makes a new value for a lost secret, where that is possible (an API key, an SSH key). Returns what must be
   * shown once, or null when nothing needs showing.
   */
  regenerate?(id: SecretId): SecretText | null;
  /** A person entered a lost value again; in the transaction that encrypts it. */
  noteReentered?(id: SecretId, value: SecretText): void;
}

/** The one way to a secret. Every call is synchronous and joins the transaction it is made in. */
export interface Vault {
  readonly isLocked: boolean;
  /** Seals a new secret under the active key. Throws `vault_locked`, `secret_too_large`. */
  seal(kind: SecretKind, plaintext: SecretText): SecretId;
  /**
   * Replaces the value of a secret, under the active key. Throws `vault_locked`, `secret_too_large`, `not_found`.
   */
  reseal(id: SecretId, plaintext: SecretText): void;
  /** Throws `vault_locked`, `secret_unreadable` or `not_found`. */
  open(id: SecretId): SecretText;
  /** The same for what the instance itself wants to know: nobody used the secret by it. */
  peek(id: SecretId): SecretText;
  /** Whether each could be opened, by the key it names without decrypting it: for lists. */
  statesOf(ids: readonly SecretId[]): Map<SecretId, SecretState>;
  /**
   * Those of them that no key this instance ever had will open again: cut off, naming a key it never had, or not
   * opening under a key that is held. What another key may still open is not among them. Throws `vault_locked`.
   */
  listDamaged(ids: readonly SecretId[]): SecretId[];
  /** Deletes secrets for good. Ids without a row are passed over. */
  remove(ids: readonly SecretId[]): void;
  addKeeper(keeper: SecretKeeper): void;
}
