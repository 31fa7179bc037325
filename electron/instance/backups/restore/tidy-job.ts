import { every, type Job } from '../../jobs/job.ts';
import type { BackupsCore } from '../backups-core.ts';
import { listUnverified } from '../destinations/recovery-recipients.ts';
import { backupOperations } from '../operations.ts';
import { deleteFormerDatabase, listDueFormer } from './former-database.ts';
import type { Restores } from './running-restore.ts';

const HOUR_MS = 60 * 60 * 1000;

/**
 * Removes what restores leave: prepared ones that nobody applied, and former databases whose time is over. And what is in memory
 * of recovery keys that nobody verified.
 */
export function tidyJob(core: BackupsCore, restores: Restores): Job {
  const { ctx } = core;
  return {
    name: 'backups.tidy',
    title: 'Delete what restores left, once it was kept for long enough',
    when: every(HOUR_MS, { atStart: true }),
    record: 'on_failure',
    isResumed: false,
    async run() {
      await restores.cancelOld();
      listUnverified(core);
      for (const { name } of listDueFormer(ctx.dataDir, ctx.clock.now())) {
        deleteFormerDatabase(ctx.dataDir, name);
        ctx.store.transaction(() =>
          ctx.audit.append(backupOperations.FORMER_DATABASE_DELETED, null, { name }),
        );
      }
      return undefined;
    },
  };
}
