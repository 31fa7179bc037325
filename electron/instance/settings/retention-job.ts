import { setImmediate as nextTurn } from 'node:timers/promises';
import { cron, type Job } from '../jobs/job.ts';
import type { Context } from '../kernel/context.ts';
import { findActivityStart } from './settings.ts';

/** Removes activity that is older than the settings keep, at night, a part at a time. */
export function retentionJob(ctx: Context): Job {
  return {
    name: 'settings.retention',
    title: 'Remove activity that is older than the settings say',
    when: cron('20 4 * * *'),
    record: 'if_possible',
    isResumed: false,
    async run({ signal }) {
      const before = findActivityStart(ctx);
      let removed = 0;
      for (let some = -1; some !== 0 && !signal.aborted; ) {
        some = ctx.audit.removeBefore(before);
        removed += some;
        await nextTurn();
      }
      return { removed };
    },
  };
}
