import type { components } from '../../api-types.d.ts';
import type { DueNotification } from '../notification-model.ts';

export type EndingVariable = Pick<
  components['schemas']['EndingVariable'],
  'key' | 'project' | 'environments' | 'expires_at'
>;

const DAY_MS = 24 * 60 * 60 * 1000;
/** Before the end: each is told once. */
const TOLD_DAYS = [30, 7, 0] as const;

/**
 * The notice of variables that came within 30 or 7 days of their end, or to it, since the last one; null for none. They are
 * told together.
 *
 * @param toldAtMs when it was told last; null for never.
 */
export function tellOfEnds(
  ending: readonly EndingVariable[],
  toldAtMs: number | null,
  nowMs: number,
): DueNotification | null {
  // A clock that was ahead does not keep anything back.
  const since = toldAtMs === null || toldAtMs > nowMs ? Number.NEGATIVE_INFINITY : toldAtMs;
  const due = ending.filter(({ expires_at: at }) =>
    TOLD_DAYS.some((days) => at - days * DAY_MS > since && at - days * DAY_MS <= nowMs),
  );
  const [first] = due;
  if (!first) return null;
  if (due.length > 1) {
    const names = due.map(({ key }) => key);
    const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
    return {
      title: `${due.length} variables end soon, or ended`,
      body: `${names.slice(0, 3).join(', ')}${more}. See Home.`,
      path: '/',
    };
  }
  const place = first.project === null ? 'Shared' : [first.project.name, ...first.environments].join(', ');
  return {
    title: `${first.key} ${sayEnd(first.expires_at, nowMs)}`,
    body: `${place}. Renew it where it comes from, and set it here.`,
    path: first.project === null ? '/shared' : `/projects/${first.project.slug}`,
  };
}

function sayEnd(at: number, nowMs: number): string {
  // It is told a moment after it came within 7 days: that is 7, and not 6.
  const days = at <= nowMs ? Math.floor((nowMs - at) / DAY_MS) : Math.round((at - nowMs) / DAY_MS);
  const count = `${days} ${days === 1 ? 'day' : 'days'}`;
  if (at <= nowMs) return days === 0 ? 'has ended' : `ended ${count} ago`;
  return days === 0 ? 'ends within a day' : `ends in ${count}`;
}
