import type { Caller } from '../../access/caller.ts';
import type { Job } from '../../jobs/job.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Store } from '../../store/store.ts';
import type { BackupsCore } from '../backups-core.ts';
import type { Manifest } from '../format/manifest.ts';
import { backupOperations } from '../operations.ts';
import type { OldComputer } from '../vocabulary.ts';

/** What was last restored into this data directory. */
export interface RestoredBackup {
  backupId: string;
  takenAt: number;
  restoredAt: number;
  isVerified: boolean;
  /** Null while the question is open. */
  oldComputer: OldComputer | null;
}

/**
 * Two computers with one identity overwrite each other's backups and names. Nobody but their owner can know whether the one
 * that made a restored backup comes back, so it is asked, and what both would do waits for the answer.
 */
export function isOldComputerGone({ ctx }: Pick<BackupsCore, 'ctx'>): boolean {
  const restored = findRestoredBackup(ctx.store);
  return restored === null || restored.oldComputer === 'gone' || restored.oldComputer === 'same';
}

export function findRestoredBackup({ sqlite }: Pick<Store, 'sqlite'>): RestoredBackup | null {
  const row = sqlite
    .prepare(
      `SELECT backup_id AS backupId, taken_at AS takenAt, restored_at AS restoredAt, is_verified AS isVerified,
         old_computer AS oldComputer FROM restored_backup`,
    )
    .get() as (Omit<RestoredBackup, 'isVerified'> & { isVerified: number }) | undefined;
  return row ? { ...row, isVerified: row.isVerified === 1 } : null;
}

/**
 * In the transaction that finishes a restored database.
 *
 * @param isOwn whether the data directory that it comes to made the backup itself: then there is no other computer.
 */
export function noteRestoredBackup(
  { sqlite }: Pick<Store, 'sqlite'>,
  { id, takenAt }: Pick<Manifest, 'id' | 'takenAt'>,
  { nowMs, isVerified, isOwn }: { nowMs: number; isVerified: boolean; isOwn: boolean },
): void {
  sqlite
    .prepare(
      `INSERT OR REPLACE INTO restored_backup (id, backup_id, taken_at, restored_at, is_verified, old_computer)
       VALUES (1, ?, ?, ?, ?, ?)`,
    )
    .run(id, takenAt, nowMs, Number(isVerified), isOwn ? 'same' : null);
}

/** Throws `not_found` where nothing was restored, and `conflict` where it was restored on the computer that made it. */
export function answerOldComputer(
  { ctx }: Pick<BackupsCore, 'ctx'>,
  actor: Caller | null,
  answer: 'gone' | 'runs',
  comparing: Job,
): void {
  const restored = findRestoredBackup(ctx.store);
  if (!restored) throw new AppError('not_found', 'No backup was restored here.');
  if (restored.oldComputer === 'same')
    throw new AppError(
      'conflict',
      'The backup that was restored here was made here: there is no other computer.',
    );
  ctx.store.transaction(() => {
    ctx.store.sqlite.prepare('UPDATE restored_backup SET old_computer = ?').run(answer);
    ctx.audit.append(backupOperations.OLD_COMPUTER_ANSWERED, actor, { answer });
  });
  // What was due meanwhile need not wait for the next look.
  ctx.jobs.look();
  // What the other one made after the backup that was restored is in no list here yet. How that went is in its run.
  void ctx.jobs.enqueue(comparing, {}).catch(() => undefined);
}
