import { PROOF_FRESH_MS } from '../copies/copy-verdict.ts';
import type { RotationRecord } from '../rotation/rotation-record.ts';
import type { VaultCore } from '../vault-core.ts';
import type { CopyFormat } from '../vocabulary.ts';

/** The latest verification of a separate copy of the active key; all null without one. */
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
  if (!row) return { verifiedAt: null, place: null, format: null, dueAt: null };
  return { ...row, dueAt: row.verifiedAt + PROOF_FRESH_MS };
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
