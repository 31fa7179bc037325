import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../kernel/app-error.ts';
import { findKeyRecord } from '../key/key-record.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import type { VaultCore } from '../vault-core.ts';
import type { Share } from './slip39/share-words.ts';
import { judgeSplit, type ShareFacts, type SplitVerdict } from './split-verdict.ts';

/** A key that was split, never its shares. */
export interface KeySplit {
  id: number;
  fingerprint: Fingerprint;
  /** Version of the key; null for one that is on no record any more. */
  epoch: number | null;
  /** In every share of this split: 15 bits. */
  identifier: number;
  threshold: number;
  shareCount: number;
  madeAt: number;
  combinedAt: number | null;
  shares: SplitShare[];
  verdict: SplitVerdict;
}

export interface SplitShare extends ShareFacts {
  volumeId: string | null;
}

const COLUMNS = `id, fingerprint, identifier, threshold, share_count AS shareCount, made_at AS madeAt,
  combined_at AS combinedAt`;
type Row = Omit<KeySplit, 'epoch' | 'shares' | 'verdict'>;
type ShareRow = Omit<SplitShare, 'separate'> & { separate: number };

/** Newest first. */
export function listSplits(core: VaultCore): KeySplit[] {
  const rows = core.store.sqlite.prepare(`SELECT ${COLUMNS} FROM key_splits ORDER BY id DESC`).all() as Row[];
  return rows.map((row) => fromRow(core, row));
}

/** Throws `not_found`. */
export function getSplit(core: VaultCore, id: number): KeySplit {
  const row = core.store.sqlite.prepare(`SELECT ${COLUMNS} FROM key_splits WHERE id = ?`).get(id);
  if (!row) throw new AppError('not_found', 'This split does not exist.');
  return fromRow(core, row as Row);
}

/** The split that a share says it is of. */
export function findSplit(core: VaultCore, identifier: number): KeySplit | null {
  const row = core.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM key_splits WHERE identifier = ?`)
    .get(identifier);
  return row ? fromRow(core, row as Row) : null;
}

/** Splits of a key that count as a copy of it, in the form that copies have. */
export function listCountingSplits(core: VaultCore, fingerprint: Fingerprint) {
  return listSplits(core)
    .filter((split) => split.fingerprint === fingerprint)
    .flatMap(({ threshold, shareCount, verdict: { verifiedAt } }) =>
      verifiedAt === null
        ? []
        : [
            {
              place: `A split key (any ${threshold} of ${shareCount} shares)`,
              verifiedAt,
              separate: true,
              volumeId: null,
            },
          ],
    );
}

function fromRow(core: VaultCore, row: Row): KeySplit {
  const shares = core.store.sqlite
    .prepare(
      `SELECT number, place, volume_id AS volumeId, separate, verified_at AS verifiedAt
       FROM key_shares WHERE split_id = ? ORDER BY number`,
    )
    .all(row.id) as ShareRow[];
  const record = findKeyRecord(core.store, row.fingerprint);
  const split = { ...row, shares: shares.map((share) => ({ ...share, separate: share.separate === 1 })) };
  const verdict = judgeSplit({
    ...split,
    olderEpoch: record?.state === 'active' ? null : (record?.epoch ?? 0),
    nowMs: core.clock.now(),
  });
  return { ...split, epoch: record?.epoch ?? null, verdict };
}

/**
 * What is kept of a share, to check it alone later. SECURITY: the key of the HMAC is derived from the master key, so
 * the record of a share says nothing to who has only the database.
 */
export function computeShareMac(key: MasterKey, share: Share): Buffer {
  const macKey = hkdfSync('sha256', key.keyObject, Buffer.alloc(0), 'temps key share check v1', 32);
  return createHmac('sha256', Buffer.from(macKey))
    .update(
      Buffer.from([share.identifier >> 8, share.identifier & 0xff, share.memberIndex, share.memberThreshold]),
    )
    .update(share.value)
    .digest();
}

/** Whether a share is the one that was made under its number. */
export function isShareOf(core: VaultCore, split: KeySplit, key: MasterKey, share: Share): boolean {
  const mac = core.store.sqlite
    .prepare('SELECT mac FROM key_shares WHERE split_id = ? AND number = ?')
    .pluck()
    .get(split.id, share.memberIndex + 1) as Buffer | undefined;
  return mac !== undefined && timingSafeEqual(mac, computeShareMac(key, share));
}
