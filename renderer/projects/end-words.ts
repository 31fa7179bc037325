import type { components } from '../api/schema.ts';
import { daysBetween, daysSince, formatCount, formatDate, serverNow } from '../ui/time.ts';

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
export function levelOf(at: number, nowMs = serverNow()): EndLevel {
  if (at <= nowMs) return 'over';
  if (at - nowMs <= 7 * DAY_MS) return 'soon';
  return at - nowMs <= 30 * DAY_MS ? 'due' : 'later';
}

/** Beyond that, a number of days says less than the day. */
const COUNTED_DAYS = 60;
const isCounted = (at: number, nowMs: number) => Math.abs(at - nowMs) <= COUNTED_DAYS * DAY_MS;

/** "in 12 days", "today", "3 days ago". */
function sayDays(at: number, nowMs: number): string {
  const days = at <= nowMs ? daysSince(at, nowMs) : daysBetween(nowMs, at);
  if (days === 0) return 'today';
  return at <= nowMs ? `${formatCount(days, 'day')} ago` : `in ${formatCount(days, 'day')}`;
}

const verb = (at: number, nowMs: number) => (at <= nowMs ? 'ended' : 'ends');

/** "ends in 12 days", "ended 3 days ago"; "ends on 2 Nov 2029". */
export const sayEnd = (at: number, nowMs = serverNow()): string =>
  `${verb(at, nowMs)} ${isCounted(at, nowMs) ? sayDays(at, nowMs) : `on ${formatDate(at, nowMs)}`}`;

/** The same with its day: "ends in 12 days, 4 May". */
const sayEndAndDay = (at: number, nowMs: number): string =>
  isCounted(at, nowMs) ? `${sayEnd(at, nowMs)}, ${formatDate(at, nowMs)}` : sayEnd(at, nowMs);

/** Below a heading that says that it ends: "in 12 days, 4 May"; "2 Nov 2029". */
export const sayEndBriefly = (at: number, nowMs = serverNow()): string =>
  isCounted(at, nowMs) ? `${sayDays(at, nowMs)}, ${formatDate(at, nowMs)}` : formatDate(at, nowMs);

/** What the value says of itself, where someone said something else: "The certificate itself ended 3 days ago, 4 May." */
export function sayFoundEnd(
  { expires_at, expires_from, found_expires_at: at, found_expires_from: from }: Ends,
  nowMs = serverNow(),
): string {
  if (expires_from !== 'by_hand' || at === null || from === null || at === expires_at) return '';
  return `The ${foundWords[from]} itself ${sayEndAndDay(at, nowMs)}.`;
}

/** Who says when it ends: "As the certificate says.", "Said by hand." */
export function sayEndSource(ends: Ends, nowMs = serverNow()): string {
  const { expires_from: from } = ends;
  if (from === null) return '';
  if (from !== 'by_hand') return `As the ${foundWords[from]} says.`;
  return ['Said by hand.', sayFoundEnd(ends, nowMs)].filter((text) => text !== '').join(' ');
}
