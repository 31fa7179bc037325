import type { components } from '../api/schema.ts';
import { daysBetween, daysSince, formatCount, formatDay } from '../ui/time.ts';

/** When a variable ends, and who says so. */
export type Ends = Pick<
  components['schemas']['Variable'],
  'expires_at' | 'expires_from' | 'found_expires_at' | 'found_expires_from'
>;
export type EndLevel = components['schemas']['EndingVariable']['level'];
export type FoundSource = NonNullable<Ends['found_expires_from']>;

const DAY_MS = 24 * 60 * 60 * 1000;

export const foundWords: Record<FoundSource, string> = {
  certificate: 'certificate',
  jwt: 'token',
  ssh_certificate: 'SSH certificate',
  openpgp_key: 'OpenPGP key',
};

/** As the instance judges it. */
export function levelOf(at: number, nowMs = Date.now()): EndLevel {
  if (at <= nowMs) return 'over';
  if (at - nowMs <= 7 * DAY_MS) return 'soon';
  return at - nowMs <= 30 * DAY_MS ? 'due' : 'later';
}

/** "ends in 12 days", "ends today", "ended 3 days ago". */
export function sayEnd(at: number, nowMs = Date.now()): string {
  if (at <= nowMs) {
    const days = daysSince(at, nowMs);
    return days === 0 ? 'ended today' : `ended ${formatCount(days, 'day')} ago`;
  }
  const days = daysBetween(nowMs, at);
  return days === 0 ? 'ends today' : `ends in ${formatCount(days, 'day')}`;
}

/** "4 May"; "today, 14:02". */
export const sayEndDay = (at: number, nowMs = Date.now()): string => formatDay(at, nowMs);

/** What the value says of itself, where someone said something else: "The certificate itself ended 3 days ago, 4 May." */
export function sayFoundEnd(
  { expires_at, expires_from, found_expires_at: at, found_expires_from: from }: Ends,
  nowMs = Date.now(),
): string {
  if (expires_from !== 'by_hand' || at === null || from === null || at === expires_at) return '';
  return `The ${foundWords[from]} itself ${sayEnd(at, nowMs)}, ${sayEndDay(at, nowMs)}.`;
}

/** Who says when it ends: "As the certificate says.", "Said by hand." */
export function sayEndSource(ends: Ends, nowMs = Date.now()): string {
  const { expires_from: from } = ends;
  if (from === null) return '';
  if (from !== 'by_hand') return `As the ${foundWords[from]} says.`;
  return ['Said by hand.', sayFoundEnd(ends, nowMs)].filter((text) => text !== '').join(' ');
}
