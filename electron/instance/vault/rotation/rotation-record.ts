import { AppError } from '../../kernel/app-error.ts';
import type { Store } from '../../store/store.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import type { RotationState, SecretKind } from '../vocabulary.ts';

export interface RotationRecord {
  id: number;
  state: RotationState;
  oldFingerprint: Fingerprint;
  newFingerprint: Fingerprint;
  startedAt: number;
  provenAt: number | null;
  sealingAt: number | null;
  finishedAt: number | null;
  withoutCopy: boolean;
  /** Values to move, when sealing began. */
  total: number;
  /** Expected count per kind at the end; null before sealing. */
  countsBefore: Partial<Record<SecretKind, number>> | null;
}

const COLUMNS = `id, state, old_fingerprint AS oldFingerprint, new_fingerprint AS newFingerprint,
  started_at AS startedAt, proven_at AS provenAt, sealing_at AS sealingAt, finished_at AS finishedAt,
  without_copy AS withoutCopy, total, counts_before AS countsBefore`;

type Row = Omit<RotationRecord, 'withoutCopy' | 'countsBefore'> & {
  withoutCopy: number;
  countsBefore: string | null;
};

/** The newest rotation, open or not. */
export function findLatestRotation(store: Store): RotationRecord | null {
  const row = store.sqlite.prepare(`SELECT ${COLUMNS} FROM rotations ORDER BY id DESC LIMIT 1`).get();
  return row ? fromRow(row as Row) : null;
}

/** The rotation that is staged, proven or sealing; a unique index allows one. */
export function findOpenRotation(store: Store): RotationRecord | null {
  const latest = findLatestRotation(store);
  return latest && ['staged', 'proven', 'sealing'].includes(latest.state) ? latest : null;
}

/** Throws `not_found` when no rotation is open, `rotation_not_possible` when it is in another state. */
export function getRotationIn(store: Store, ...states: RotationState[]): RotationRecord {
  const open = findOpenRotation(store);
  if (!open) throw new AppError('not_found', 'No rotation is in progress.');
  if (!states.includes(open.state)) {
    throw new AppError(
      'rotation_not_possible',
      `The rotation is in the state ${open.state}; this is possible only in ${states.join(' or ')}.`,
    );
  }
  return open;
}

function fromRow(row: Row): RotationRecord {
  return {
    ...row,
    withoutCopy: row.withoutCopy === 1,
    countsBefore:
      row.countsBefore === null ? null : (JSON.parse(row.countsBefore) as RotationRecord['countsBefore']),
  };
}
