import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { BackupsCore } from '../backups-core.ts';
import { backupOperations } from '../operations.ts';
import type { BackupProgress, BackupRun } from './backup-run.ts';

/** How often those who follow are told within a step. */
const TELL_MS = 500;
/** Before, a rate says more of caches than of the destination. */
const LEAST_MS = 1000;

/** Tells how a run gets on: of each step at its beginning, and then now and then. */
export function followRun({ ctx }: BackupsCore, run: BackupRun): (progress: BackupProgress) => void {
  let toldMs = -Infinity;
  return (progress) => {
    const isNewStep = progress.step !== run.progress.step;
    if (isNewStep) {
      run.stepBegunMs = performance.now();
      run.stepBegunBytes = progress.doneBytes;
    }
    run.progress = progress;
    if (!isNewStep && performance.now() - toldMs < TELL_MS) return;
    toldMs = performance.now();
    ctx.events.emit('backup_runs');
  };
}

/** Those under way, the oldest first, with the bytes in a second that their step has had so far. */
export function listRuns({ running }: BackupsCore): (BackupRun & { bytesPerSecond: number | null })[] {
  return [...running.values()].map((run) => {
    const ms = performance.now() - run.stepBegunMs;
    const { step, doneBytes } = run.progress;
    const isTold = step !== 'packing' && ms >= LEAST_MS;
    return {
      ...run,
      bytesPerSecond: isTold ? Math.round(((doneBytes - run.stepBegunBytes) / ms) * 1000) : null,
    };
  });
}

/**
 * Cancels a run: what it wrote is removed, and it is listed as cancelled. It ends soon after, not with this call. Throws
 * `not_found`, and `conflict` for one that is a backup already.
 */
export function cancelRun({ ctx, running }: BackupsCore, actor: Caller | null, id: string): void {
  const run = running.get(id);
  if (!run) throw new AppError('not_found', 'No backup with this id is being made.');
  if (run.isConfirmed)
    throw new AppError('conflict', 'It is complete and verified already. It can be deleted instead.');
  if (run.cancelling.signal.aborted) return;
  run.cancelling.abort(
    new AppError('cancelled', 'The backup was cancelled. Earlier backups are as they were.'),
  );
  ctx.events.emit('backup_runs');
  ctx.store.transaction(() =>
    ctx.audit.append(backupOperations.BACKUP_CANCELLED, actor, { id, destination: run.destination.name }),
  );
}
