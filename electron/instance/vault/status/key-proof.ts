import { countingVerdicts, judgeKeyCopy, PROOF_FRESH_MS } from '../copies/copy-verdict.ts';
import { findActiveRecord } from '../key/key-record.ts';
import type { RotationRecord } from '../rotation/rotation-record.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
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

/** A verified copy that would bring its key back when this machine is lost. */
export interface CountingCopy {
  /** As its owner named the place. */
  place: string;
  /** Null for a split key. */
  format: CopyFormat | null;
  fingerprint: Fingerprint;
  /** UUID of the file system it is on, where known. */
  volumeId: string | null;
  /** Where it lies was said, and not seen. */
  byWord: boolean;
}

/**
 * Of every key that was in use here: backups may need an older one. The latest verification comes first; what was only said to lie
 * somewhere comes last.
 */
export function listCountingCopies(core: VaultCore): CountingCopy[] {
  const nowMs = core.clock.now();
  const rows = core.store.sqlite
    .prepare(
      `SELECT verified_at AS verifiedAt, place, format, fingerprint, separate, volume_id AS volumeId, by_word AS byWord FROM key_copies
       WHERE verified_at IS NOT NULL ORDER BY verified_at DESC, id DESC`,
    )
    .all() as (Omit<CountingCopy, 'byWord'> & { verifiedAt: number; separate: number; byWord: number })[];
  const copies = rows.filter(({ verifiedAt, separate }) =>
    // Whether its key is in use does not matter here: it opens what was made under it.
    countingVerdicts.includes(
      judgeKeyCopy({ verifiedAt, separate: separate === 1, finished: true, isOfKeyInUse: true }, nowMs),
    ),
  );
  const active = findActiveRecord(core.store)?.fingerprint;
  const splits = active === undefined ? [] : listCountingSplits(core, active);
  const counting = [
    ...copies.map(({ place, format, fingerprint, volumeId, byWord }) => ({
      ...{ place, format, fingerprint, volumeId },
      byWord: byWord === 1,
    })),
    ...splits.map(({ place }) => ({
      place,
      format: null,
      fingerprint: active as Fingerprint,
      volumeId: null,
      byWord: false,
    })),
  ];
  return counting.toSorted((a, b) => Number(a.byWord) - Number(b.byWord));
}
