import { every, type Job } from '../jobs/job.ts';
import type { Context } from '../kernel/context.ts';

/** An instance that wrote nothing for so long is idle. */
const IDLE_MS = 5000;

/**
 * Moves the log of the database into its file when nothing is written: who copies that file alone while the instance
 * runs has what was changed until then.
 */
export function checkpointJob(ctx: Context): Job {
  return {
    name: 'diagnostics.checkpoint',
    title: 'Move the log of the database into its file',
    when: every(IDLE_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      ctx.store.checkpointWhenIdle();
      return undefined;
    },
  };
}
