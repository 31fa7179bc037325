/** What is known of a backup that is listed, as far as its drill goes. */
export interface DrillFacts {
  id: string;
  takenAt: number;
  state: string;
  goneAt: number | null;
  confirmedAt: number | null;
  sizeBytes: number | null;
  drilledAt: number | null;
}

const MINUTE_MS = 60_000;
/** What follows a backup at once would keep the machine busy twice as long. */
const REST_MS = 5 * MINUTE_MS;
/** Read again within a minute, if it took half of one to write and read it. */
const CHEAP_MS = 30_000;
const CHEAP_BYTES = 200_000_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;
/** One that could not be tried, as while its disk is away, says nothing, and is tried again. */
export const RETRY_MS = 60 * MINUTE_MS;

/**
 * The backup of a destination that is drilled next by itself, and when: the newest that was verified, unless it was drilled.
 * One that costs little soon after it was made, another once a week. Null where none is. What was noted at a time that has
 * not come (the clock was set back) delays nothing.
 *
 * @param restMs how long after the backup: nothing for a drive that may be pulled out once it was made.
 */
export function findDrillDue(
  backups: readonly DrillFacts[],
  nowMs: number,
  restMs = REST_MS,
): { id: string; dueAt: number } | null {
  const [newest] = backups
    .filter(({ state, goneAt }) => state === 'confirmed' && goneAt === null)
    .toSorted((a, b) => b.takenAt - a.takenAt);
  if (!newest || newest.drilledAt !== null || newest.confirmedAt === null) return null;
  const { id, takenAt, confirmedAt, sizeBytes } = newest;
  const soon = Math.min(confirmedAt, nowMs) + restMs;
  const isCheap = (sizeBytes ?? Infinity) <= CHEAP_BYTES && confirmedAt - takenAt <= CHEAP_MS;
  const lastDrill = Math.max(0, ...backups.map(({ drilledAt }) => Math.min(drilledAt ?? 0, nowMs)));
  return { id, dueAt: isCheap ? soon : Math.max(soon, lastDrill + WEEK_MS) };
}
