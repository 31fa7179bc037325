import { randomUUIDv7 } from 'node:crypto';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Store } from '../../store/store.ts';
import type { KeyRing } from '../key/key-ring.ts';
import { MAX_PLAINTEXT_BYTES, OVERHEAD_BYTES, openValue, sealValue } from '../sealing/sealed-value.ts';
import { SecretText } from '../secret-text.ts';
import type { SecretId, SecretKeeper, SecretState, Vault } from '../vault.ts';
import { type SecretKind, secretKinds } from '../vocabulary.ts';
import { describeUnknownKind, type KindFacts } from './secret-kinds.ts';

/** How many ids one SQL statement takes: far below SQLite's limit of 32,766 parameters. */
const IDS_PER_QUERY = 500;

export interface SecretStore extends Vault {
  readonly keepers: readonly SecretKeeper[];
  /** What was declared of a kind. */
  factsOf(kind: SecretKind): KindFacts;
  /** Saves when secrets were last used; kept in memory until then, so that reading one writes nothing. */
  flushUses(): void;
}

interface SealedRow {
  kind: string;
  sealed: Buffer;
  keyFingerprint: string;
}

/**
 * The room for ciphertext: rows of `secrets`, sealed and opened with the keys in `ring`.
 *
 * While a rotation is sealing, what is added and removed is counted into its expectation in the same
 * transaction, so that its last step can tell a lost row from a deleted one.
 */
export function createSecretStore(store: Store, ring: KeyRing, clock: Clock): SecretStore {
  const { sqlite } = store;
  const keepers: SecretKeeper[] = [];
  const uses = new Map<SecretId, number>();
  const insert = sqlite.prepare(
    'INSERT INTO secrets (id, kind, sealed, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
  );
  const replace = sqlite.prepare('UPDATE secrets SET sealed = ?, updated_at = ? WHERE id = ?');
  const selectKind = sqlite.prepare('SELECT kind FROM secrets WHERE id = ?').pluck();
  const selectRow = sqlite.prepare(
    'SELECT kind, sealed, key_fingerprint AS keyFingerprint FROM secrets WHERE id = ?',
  );
  const selectKey = sqlite.prepare('SELECT 1 FROM keys WHERE fingerprint = ?');
  const deleteRow = sqlite.prepare('DELETE FROM secrets WHERE id = ? RETURNING kind').pluck();
  const noteUse = sqlite.prepare('UPDATE secrets SET last_used_at = ? WHERE id = ?');
  const countSeal = sqlite.prepare(
    "UPDATE keys SET seal_count = seal_count + 1 WHERE fingerprint = ? AND state = 'active'",
  );
  const expectMore = sqlite.prepare(
    `UPDATE rotations SET counts_before = json_set(counts_before, '$.' || @kind,
       coalesce(json_extract(counts_before, '$.' || @kind), 0) + @change) WHERE state = 'sealing'`,
  );

  /**
   * SECURITY: the count of seals is written with the value, and a key that is not the recorded active one
   * (retired under our feet) seals nothing.
   */
  function sealUnderActive(kind: SecretKind, id: SecretId, plaintext: SecretText): Buffer {
    const key = ring.active;
    if (!key) throw lockedError();
    if (plaintext.sizeBytes > MAX_PLAINTEXT_BYTES) {
      throw new AppError('secret_too_large', 'A secret may have at most 1 MiB.');
    }
    const bytes = Buffer.from(plaintext.reveal(), 'utf8');
    const sealed = sealValue(key, { kind, id }, bytes);
    bytes.fill(0);
    if (countSeal.run(key.fingerprint).changes !== 1) throw lockedError();
    return sealed;
  }

  function openRow(id: SecretId): SecretText {
    if (!ring.active) throw lockedError();
    const row = selectRow.get(id) as SealedRow | undefined;
    if (!row) throw noSuchSecret();
    const key = ring.find(row.keyFingerprint);
    const plaintext = key && openValue(key, { kind: row.kind, id }, row.sealed);
    if (!plaintext) {
      throw new AppError(
        'secret_unreadable',
        'This secret cannot be decrypted with the keys of this instance.',
      );
    }
    const text = new SecretText(plaintext.toString('utf8'));
    plaintext.fill(0);
    return text;
  }

  return {
    keepers,
    factsOf: (kind) => keepers.find((known) => known.kind === kind) ?? describeUnknownKind(kind),
    get isLocked() {
      return ring.active === null;
    },
    seal(kind, plaintext) {
      if (!secretKinds.includes(kind))
        throw new AppError('internal_error', `${kind} is not a kind of secret.`);
      const now = clock.now();
      const id = randomUUIDv7();
      return store.transaction(() => {
        insert.run(id, kind, sealUnderActive(kind, id, plaintext), now, now);
        expectMore.run({ kind, change: 1 });
        return id;
      });
    },
    reseal(id, plaintext) {
      store.transaction(() => {
        const kind = selectKind.get(id) as SecretKind | undefined;
        if (!kind) throw noSuchSecret();
        replace.run(sealUnderActive(kind, id, plaintext), clock.now(), id);
      });
    },
    open(id) {
      const text = openRow(id);
      uses.set(id, clock.now());
      return text;
    },
    peek: openRow,
    statesOf(ids) {
      const states = new Map<SecretId, SecretState>();
      for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
        const some = ids.slice(at, at + IDS_PER_QUERY);
        const rows = sqlite
          .prepare(
            `SELECT id, key_fingerprint AS keyFingerprint FROM secrets WHERE id IN (${some.map(() => '?').join()})`,
          )
          .all(...some) as { id: string; keyFingerprint: string }[];
        for (const row of rows) {
          states.set(
            row.id,
            ring.active === null ? 'locked' : ring.has(row.keyFingerprint) ? 'ok' : 'unreadable',
          );
        }
      }
      return states;
    },
    listDamaged(ids) {
      if (!ring.active) throw lockedError();
      return ids.filter((id) => {
        const row = selectRow.get(id) as SealedRow | undefined;
        if (!row) return false;
        if (row.sealed.length < OVERHEAD_BYTES || !selectKey.get(row.keyFingerprint)) return true;
        const key = ring.find(row.keyFingerprint);
        if (!key) return false;
        const plaintext = openValue(key, { kind: row.kind, id }, row.sealed);
        plaintext?.fill(0);
        return plaintext === null;
      });
    },
    remove(ids) {
      store.transaction(() => {
        for (const id of ids) {
          const kind = deleteRow.get(id) as string | undefined;
          if (kind) expectMore.run({ kind, change: -1 });
        }
      });
    },
    flushUses() {
      if (uses.size === 0) return;
      const noted = [...uses];
      uses.clear();
      store.transaction(() => {
        for (const [id, at] of noted) noteUse.run(at, id);
      });
    },
    addKeeper(keeper) {
      keepers.push(keeper);
    },
  };
}

export function lockedError(): AppError {
  return new AppError('vault_locked', 'The vault is locked: unlock it with the key or a copy of it.');
}

function noSuchSecret(): AppError {
  return new AppError('not_found', 'This secret does not exist.');
}
