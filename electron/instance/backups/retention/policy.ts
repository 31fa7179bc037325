/** How many backups are kept, in restic's words; each counts the days, weeks … that have one. 0 keeps none by it. */
export interface RetentionPolicy {
  last: number;
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number;
  /** All of so many days before the newest. */
  withinDays: number;
}

/** A whole backup of this instance, at one destination. */
export interface Candidate {
  id: string;
  takenAt: number;
  /** Of the key that it needs. */
  fingerprint: string;
  /** All of it was read back from where it is. */
  isConfirmed: boolean;
  /** Epoch ms of the drill that it passed; null for none. */
  drilledAt: number | null;
  /** It did not pass its last drill. */
  isDamaged: boolean;
}

export const keepReasons = [
  'last',
  'daily',
  'weekly',
  'monthly',
  'yearly',
  'within',
  /** The newest that was verified, or drilled: of all, and of those that need the key in use. */
  'newest_verified',
  'newest_drilled',
  /** From a time that has not come: the clock was changed, and nobody knows how old it is. */
  'future',
  /** Not known to be good, so it takes the place of none that is; somebody decides. */
  'not_verified',
  'drill_failed',
] as const;
export type KeepReason = (typeof keepReasons)[number];

export interface Decision {
  /** The newest first. */
  kept: { id: string; reasons: KeepReason[] }[];
  /** The oldest first: the order in which they are removed. */
  removed: string[];
}

export interface Circumstances {
  nowMs: number;
  /** Of the key in use; null while none is. */
  activeFingerprint: string | null;
  /** As IANA names it; the machine's unless given. */
  timeZone?: string | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What is kept of the backups at a destination, and why, as `restic forget` does it: of each day, week, month and year the
 * newest, and the very oldest where there are fewer. What is not known to be good is neither counted nor removed, and what
 * would be missed most is never removed. Nothing but the facts given is looked at.
 */
export function decideRetention(
  candidates: readonly Candidate[],
  policy: RetentionPolicy,
  circumstances: Circumstances,
): Decision {
  const { nowMs, timeZone } = circumstances;
  const sorted = candidates.toSorted((a, b) => b.takenAt - a.takenAt || (a.id < b.id ? 1 : -1));
  const reasons = new Map<string, KeepReason[]>(sorted.map(({ id }) => [id, []]));
  const keep = (id: string, reason: KeepReason) => reasons.get(id)?.push(reason);
  const counting: Candidate[] = [];
  for (const each of sorted) {
    if (each.takenAt > nowMs) keep(each.id, 'future');
    else if (each.isDamaged) keep(each.id, 'drill_failed');
    else if (!each.isConfirmed) keep(each.id, 'not_verified');
    else counting.push(each);
  }
  countBuckets(counting, policy, timeZone, keep);
  keepWithin(counting, policy, keep);
  keepNewest(counting, circumstances, keep);
  const kept = sorted.flatMap(({ id }) => {
    const why = reasons.get(id) ?? [];
    return why.length > 0 ? [{ id, reasons: why }] : [];
  });
  const removed = sorted.filter(({ id }) => reasons.get(id)?.length === 0).map(({ id }) => id);
  return { kept, removed: removed.reverse() };
}

type Keep = (id: string, reason: KeepReason) => void;

function countBuckets(
  counting: readonly Candidate[],
  policy: RetentionPolicy,
  timeZone: string | undefined,
  keep: Keep,
): void {
  const buckets = (['last', 'daily', 'weekly', 'monthly', 'yearly'] as const).map((reason) => ({
    reason,
    left: policy[reason],
    filled: null as string | null,
  }));
  for (const [at, { id, takenAt }] of counting.entries()) {
    const days = describeDay(takenAt, timeZone);
    for (const bucket of buckets) {
      if (bucket.left <= 0) continue;
      const here = bucket.reason === 'last' ? id : days[bucket.reason];
      // The oldest is kept while there are places left: it is as far back as one can go.
      if (here === bucket.filled && at !== counting.length - 1) continue;
      keep(id, bucket.reason);
      bucket.filled = here;
      bucket.left -= 1;
    }
  }
}

/** Counted from the newest, and not from now: a machine that was off for a year has lost nothing when it is back. */
function keepWithin(counting: readonly Candidate[], { withinDays }: RetentionPolicy, keep: Keep): void {
  const [newest] = counting;
  if (!newest || withinDays <= 0) return;
  for (const { id, takenAt } of counting)
    if (takenAt > newest.takenAt - withinDays * DAY_MS) keep(id, 'within');
}

function keepNewest(counting: readonly Candidate[], { activeFingerprint }: Circumstances, keep: Keep): void {
  const ofKey = counting.filter(({ fingerprint }) => fingerprint === activeFingerprint);
  const isDrilled = ({ drilledAt }: Candidate) => drilledAt !== null;
  for (const id of new Set([counting[0]?.id, ofKey[0]?.id]))
    if (id !== undefined) keep(id, 'newest_verified');
  for (const id of new Set([counting.find(isDrilled)?.id, ofKey.find(isDrilled)?.id]))
    if (id !== undefined) keep(id, 'newest_drilled');
}

interface Day {
  daily: string;
  weekly: string;
  monthly: string;
  yearly: string;
}

const formats = new Map<string | undefined, Intl.DateTimeFormat>();

/** The day, ISO week, month and year of an instant, where the machine is. */
function describeDay(ms: number, timeZone: string | undefined): Day {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formats.set(timeZone, format);
  const daily = format.format(ms);
  const noon = new Date(`${daily}T12:00:00Z`);
  // The week of a day is that of its Thursday.
  noon.setUTCDate(noon.getUTCDate() + 4 - (noon.getUTCDay() || 7));
  const firstDay = Date.UTC(noon.getUTCFullYear(), 0, 1);
  const week = Math.floor((noon.getTime() - firstDay) / (7 * DAY_MS)) + 1;
  return {
    daily,
    weekly: `${noon.getUTCFullYear()}-W${week}`,
    monthly: daily.slice(0, 7),
    yearly: daily.slice(0, 4),
  };
}

/** So many of the newest must follow each other before any is removed by itself. */
const STEADY_COUNT = 4;
const STEADY_GAP_MS = 45 * DAY_MS;

/**
 * Whether backups may be removed without a person. After a gap of weeks it may be the clock that is wrong, and by a wrong
 * clock everything is old: then a few more are made first. Those of a time to come do not count.
 */
export function isSteady(candidates: readonly Candidate[], nowMs: number): boolean {
  const times = candidates
    .filter(({ takenAt, isConfirmed }) => isConfirmed && takenAt <= nowMs)
    .map(({ takenAt }) => takenAt)
    .sort((a, b) => b - a)
    .slice(0, STEADY_COUNT);
  return times.every((at, index) => index === 0 || (times[index - 1] ?? at) - at <= STEADY_GAP_MS);
}

/** Whether a policy keeps anything by itself: one that keeps nothing is a mistake. */
export function keepsAnything(policy: RetentionPolicy): boolean {
  return Object.values(policy).some((count) => count > 0);
}

/** Decisions times backups. */
const MAX_FORESEEN = 20_000;

/**
 * When each would be removed, if backups went on being made at these times; not in the answer for one that outlives them.
 *
 * @param times of the coming backups, the soonest first.
 */
export function foreseeRemovals(
  candidates: readonly Candidate[],
  policy: RetentionPolicy,
  circumstances: Circumstances,
  times: readonly number[],
): Map<string, number> {
  const removedAt = new Map<string, number>();
  // What is foreseen is drawn in a list, and worth no pause of the instance.
  const looked = times.slice(0, Math.floor(MAX_FORESEEN / Math.max(1, candidates.length)));
  let present = [...candidates];
  for (const [at, takenAt] of looked.entries()) {
    const coming = {
      id: `coming-${at}`,
      takenAt,
      fingerprint: circumstances.activeFingerprint ?? '',
      isConfirmed: true,
      drilledAt: takenAt,
      isDamaged: false,
    };
    present.push(coming);
    const { removed } = decideRetention(present, policy, { ...circumstances, nowMs: takenAt });
    for (const id of removed) removedAt.set(id, takenAt);
    present = present.filter(({ id }) => !removed.includes(id));
    if (candidates.every(({ id }) => removedAt.has(id))) break;
  }
  return removedAt;
}
