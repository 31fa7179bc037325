import { every, type Job } from '../jobs/job.ts';
import type { Context } from '../kernel/context.ts';

const LOOK_MS = 3000;

/** After a write that the disk refused: tries again, and tells the windows when writing stopped or goes on. */
export function diskJob(ctx: Context): Job {
  let told: string | null = null;
  return {
    name: 'diagnostics.disk',
    title: 'See whether the disk takes writes again',
    when: every(LOOK_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      ctx.store.tryToWrite();
      const now = (ctx.store.findTrouble() ?? ctx.store.findFailure())?.code ?? null;
      // What was read meanwhile waits for its line, also when another write was first to find the disk well again.
      if (now === null && ctx.audit.countWaiting() > 0) ctx.audit.flush();
      if (now === told) return undefined;
      told = now;
      ctx.events.emit('vault');
      return undefined;
    },
  };
}
