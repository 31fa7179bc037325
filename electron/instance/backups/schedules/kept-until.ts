import type { BackupsCore } from '../backups-core.ts';
import { listDestinations } from '../destinations/destinations.ts';
import { foreseeAt } from '../retention/prune.ts';
import { listNext } from './schedule-words.ts';
import { listSchedules } from './schedules.ts';

/** So many backups to come are looked at: more than a year of nights. */
const LOOKED_AHEAD = 400;

/** When each backup would be removed if schedules go on as they are, by id; without those that outlive what is foreseen. */
export function foreseeKeptUntil(core: BackupsCore): Map<string, number> {
  const nowMs = core.ctx.clock.now();
  const schedules = listSchedules(core).filter(({ enabled }) => enabled);
  return new Map(
    listDestinations(core)
      .filter(({ retention }) => retention !== null)
      .flatMap((destination) => {
        const times = schedules
          .filter(({ destinationId }) => destinationId === destination.id)
          .flatMap(({ cron }) => listNext(cron, nowMs, LOOKED_AHEAD))
          .sort((a, b) => a - b)
          .slice(0, LOOKED_AHEAD);
        return [...foreseeAt(core, destination, times)];
      }),
  );
}
