import { type Job, type Planned, planned } from '../../jobs/job.ts';
import type { BackupsCore } from '../backups-core.ts';
import { listWaiting, lookAtDrive } from './drives.ts';
import { findSchedule } from './schedules.ts';

/** Whoever plugs a stick in has not yet turned to something else. */
const LOOK_MS = 3000;

export type DrivePayload = { schedule: number };

/** Notices drives that schedules wait for. While none does, it looks at nothing. */
export function driveJob(core: BackupsCore): Job<DrivePayload> {
  /** When each was looked at last, epoch ms. */
  const lookedAt = new Map<number, number>();
  return {
    name: 'backups.drive',
    title: 'Look whether a drive is plugged in',
    when: planned(() => listDue(core, lookedAt)),
    // One that hangs holds up no other.
    key: ({ schedule }) => String(schedule),
    record: 'on_failure',
    isResumed: false,
    async run({ payload: { schedule: id } }) {
      lookedAt.set(id, core.ctx.clock.now());
      const schedule = findSchedule(core, id);
      const before = core.drives.get(id) ?? null;
      // What has appeared need not wait for the next look at what is due.
      if (schedule && (await lookAtDrive(core, schedule)) !== before) core.ctx.jobs.look();
      return undefined;
    },
  };
}

function listDue(core: BackupsCore, lookedAt: ReadonlyMap<number, number>): Planned[] {
  const nowMs = core.ctx.clock.now();
  return listWaiting(core).flatMap(({ id }) => {
    const payload = { schedule: id };
    const last = core.drives.has(id) ? lookedAt.get(id) : undefined;
    // The clock may have been set back since.
    const isFirst = last === undefined || last > nowMs;
    const dueAt = isFirst ? nowMs : last + LOOK_MS;
    // The one after it too: what is due is not looked for again until then.
    return dueAt > nowMs
      ? [{ payload, dueAt }]
      : [
          { payload, dueAt },
          { payload, dueAt: nowMs + LOOK_MS },
        ];
  });
}
