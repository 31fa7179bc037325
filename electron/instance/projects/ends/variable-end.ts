import { AppError } from '../../kernel/app-error.ts';
import { type FoundSource, foundSources } from './value-end.ts';

/** When a variable ends: as its value says, or as someone said, who is believed. */

export const endSources = ['by_hand', ...foundSources] as const;
export type EndSource = (typeof endSources)[number];

/** Said by hand: that it has no end, whatever its value says. */
export const NEVER = 0;
/** The last day of the year 9999: later ones cannot be typed. */
const MAX_TIME_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** What is known of the end of one value. */
export interface KnownEnd {
  /** Epoch ms, or NEVER; null where nobody said anything. */
  endByHand: number | null;
  /** As its value says; null for one that does not. */
  foundEndAt: number | null;
  foundEndFrom: FoundSource | null;
}

/** The end that is warned about, and where it comes from: none at all, or none since someone said so. */
export function endInForce({ endByHand, foundEndAt, foundEndFrom }: KnownEnd): {
  at: number | null;
  from: EndSource | null;
} {
  if (endByHand === null) return { at: foundEndAt, from: foundEndFrom };
  return { at: endByHand === NEVER ? null : endByHand, from: 'by_hand' };
}

/** What a request says of an end: a time, that there is none, or, null, that the value is to say it. */
export type SaidEnd = number | 'never' | null;

/**
 * What is kept by hand once this was said, or nothing. SECURITY: that a value never ends was said of that value: of a new
 * one it has to be said again. Throws `invalid_request`.
 */
export function nextEndByHand(
  said: SaidEnd | undefined,
  known: Pick<KnownEnd, 'endByHand'>,
  isNewValue: boolean,
): number | null {
  if (said === 'never') return NEVER;
  if (said === null) return null;
  if (said !== undefined) return requireTime(said);
  return isNewValue && known.endByHand === NEVER ? null : known.endByHand;
}

function requireTime(ms: number): number {
  if (ms > 0 && ms <= MAX_TIME_MS) return ms;
  throw new AppError('invalid_request', 'The end must be a time from 1970 to 9999.', {
    fields: { expires_at: 'a time from 1970 to 9999, in milliseconds' },
  });
}
