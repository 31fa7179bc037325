import type { Store } from '../../store/store.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import { openValue, sealValue } from '../sealing/sealed-value.ts';
import type { CustodyName, KeyState, SecretKind } from '../vocabulary.ts';

/** A row of `keys`: a master key this instance has or had, never the key itself. */
export interface KeyRecord {
  fingerprint: Fingerprint;
  epoch: number;
  state: KeyState;
  checkValue: Buffer;
  custody: CustodyName;
  leavingCustody: CustodyName | null;
  createdAt: number;
  activatedAt: number;
  retiredAt: number | null;
  shreddedAt: number | null;
  sealCount: number;
}

const CHECK_PLAINTEXT = Buffer.from('temps key check v1', 'utf8');
/** Not a kind of secret: a check value can never pass for one. */
const CHECK_KIND = 'key_check';

const COLUMNS = `fingerprint, epoch, state, check_value AS checkValue, custody, leaving_custody AS leavingCustody,
  created_at AS createdAt, activated_at AS activatedAt, retired_at AS retiredAt, shredded_at AS shreddedAt,
  seal_count AS sealCount`;

/** Newest epoch first. */
export function listKeyRecords(store: Store): KeyRecord[] {
  return store.sqlite.prepare(`SELECT ${COLUMNS} FROM keys ORDER BY epoch DESC`).all() as KeyRecord[];
}

export function findActiveRecord(store: Pick<Store, 'sqlite'>): KeyRecord | null {
  const row = store.sqlite.prepare(`SELECT ${COLUMNS} FROM keys WHERE state = 'active'`).get();
  return (row as KeyRecord | undefined) ?? null;
}

export function findKeyRecord(store: Store, fingerprint: Fingerprint): KeyRecord | null {
  const row = store.sqlite.prepare(`SELECT ${COLUMNS} FROM keys WHERE fingerprint = ?`).get(fingerprint);
  return (row as KeyRecord | undefined) ?? null;
}

/** Records a key as the active one, in the next epoch. The caller's transaction has retired the old one. */
export function insertActiveRecord(
  store: Store,
  key: MasterKey,
  custody: CustodyName,
  createdAt: number,
  now: number,
): void {
  store.sqlite
    .prepare(
      `INSERT INTO keys (fingerprint, epoch, state, check_value, custody, created_at, activated_at, seal_count)
       VALUES (?, (SELECT coalesce(max(epoch), 0) + 1 FROM keys), 'active', ?, ?, ?, ?, 1)`,
    )
    .run(
      key.fingerprint,
      sealValue(key, { kind: CHECK_KIND, id: key.fingerprint }, CHECK_PLAINTEXT),
      custody,
      createdAt,
      now,
    );
}

/** Whether this key is the recorded one: it opens the sealed constant. */
export function opensCheckValue(record: KeyRecord, key: MasterKey): boolean {
  const opened = openValue(key, { kind: CHECK_KIND, id: record.fingerprint }, record.checkValue);
  return opened?.equals(CHECK_PLAINTEXT) ?? false;
}

export function listLostKeys(store: Pick<Store, 'sqlite'>): Fingerprint[] {
  return store.sqlite
    .prepare("SELECT fingerprint FROM keys WHERE state = 'lost'")
    .pluck()
    .all() as Fingerprint[];
}

/** How many values name this key, those of earlier versions too. */
export function countSecretsUnder(store: Store, fingerprint: Fingerprint): number {
  return store.sqlite
    .prepare('SELECT count(*) FROM secrets WHERE key_fingerprint = ?')
    .pluck()
    .get(fingerprint) as number;
}

/** Keys that values name, those of earlier versions too. */
export function listKeysOfValues({ sqlite }: Pick<Store, 'sqlite'>): Fingerprint[] {
  return sqlite.prepare('SELECT DISTINCT key_fingerprint FROM secrets').pluck().all() as Fingerprint[];
}

/**
 * Encrypted values per kind, earlier versions too, all or those under one of these keys; kinds with none are left out.
 * How many secrets these are: secrets/secret-counts.ts.
 */
export function countValuesByKind(
  store: Pick<Store, 'sqlite'>,
  keys: readonly Fingerprint[] | null = null,
): Partial<Record<SecretKind, number>> {
  const where = keys === null ? '' : 'WHERE key_fingerprint IN (SELECT value FROM json_each(@keys))';
  const rows = store.sqlite
    .prepare(`SELECT kind, count(*) AS n FROM secrets ${where} GROUP BY kind`)
    .all({ keys: JSON.stringify(keys) });
  return Object.fromEntries((rows as { kind: string; n: number }[]).map((row) => [row.kind, row.n]));
}
