import { PROOF_FRESH_MS } from '../copies/copy-verdict.ts';
import { findActiveRecord } from '../key/key-record.ts';
import type { RotationRecord } from '../rotation/rotation-record.ts';
import { listCountingSplits } from '../split/split-record.ts';
import type { VaultCore } from '../vault-core.ts';
import type { CopyFormat } from '../vocabulary.ts';

/**
 * The latest verification of a separate copy of the active key, or of a split of it, which has no format; all null
 * without one.
 */
export interface KeyProof {
  verifiedAt: number | null;
  place: string | null;
  format: CopyFormat | null;
  /** When it should be verified again. */
  dueAt: number | null;
}

/**
 * Only separate copies count, as in the key's health. A verification in the future (the clock was set back) does
 * not count.
 */
export function findKeyProof(core: VaultCore): KeyProof {
  const row = core.store.sqlite
    .prepare(
      `SELECT verified_at AS verifiedAt, place, format FROM key_copies
       WHERE fingerprint = (SELECT fingerprint FROM keys WHERE state = 'active') AND separate = 1 AND verified_at <= ?
       ORDER BY verified_at DESC, id DESC LIMIT 1`,
    )
    .get(core.clock.now()) as { verifiedAt: number; place: string; format: CopyFormat } | undefined;
  const split = findLatestSplit(core);
  if (split && (!row || split.verifiedAt > row.verifiedAt))
    return { ...split, format: null, dueAt: split.verifiedAt + PROOF_FRESH_MS };
  if (!row) return { verifiedAt: null, place: null, format: null, dueAt: null };
  return { ...row, dueAt: row.verifiedAt + PROOF_FRESH_MS };
}

function findLatestSplit(core: VaultCore): { verifiedAt: number; place: string } | null {
  const active = findActiveRecord(core.store);
  const splits = active ? listCountingSplits(core, active.fingerprint) : [];
  const [latest] = splits.toSorted((a, b) => b.verifiedAt - a.verifiedAt);
  return latest ? { verifiedAt: latest.verifiedAt, place: latest.place } : null;
}

/** Place of a verified copy of a rotation's new key, a separate one first; null without one. */
export function findProvingPlace(core: VaultCore, rotation: RotationRecord): string | null {
  if (rotation.withoutCopy || rotation.provenAt === null) return null;
  const place = core.store.sqlite
    .prepare(
      `SELECT place FROM key_copies WHERE fingerprint = ? AND verified_at IS NOT NULL
       ORDER BY separate DESC, id LIMIT 1`,
    )
    .pluck()
    .get(rotation.newFingerprint);
  return (place as string | undefined) ?? null;
}
