import { cron, type Job } from '../../jobs/job.ts';
import { AppError } from '../../kernel/app-error.ts';
import { type BackupsCore, findSigningKey } from '../backups-core.ts';
import { listDestinations } from '../destinations/destinations.ts';
import { compareDestination } from './compare.ts';

/** Notices backups that are gone, and another machine that thinks it is this one. */
export function compareJob(core: BackupsCore): Job {
  return {
    name: 'backups.compare',
    title: 'Compare the list of backups with what is there',
    when: cron('17 5,11,17,23 * * *'),
    needsKey: true,
    record: 'if_possible',
    isResumed: false,
    async run({ signal }) {
      if (findSigningKey(core) === null) return undefined;
      let unreached = 0;
      for (const destination of listDestinations(core))
        try {
          await compareDestination(core, destination, signal);
        } catch (error) {
          // One that is unplugged says nothing of its backups.
          if (!(error instanceof AppError)) throw error;
          unreached += 1;
        }
      core.ctx.events.emit('changed', { resource: 'backups', userId: null });
      return { unreached };
    },
  };
}
