/** Tolerance for a clock that is set back (NTP). */
export const CLOCK_TOLERANCE_MS = 60_000;

/** An instant by both clocks. */
export interface Instant {
  /** Epoch ms. */
  atMs: number;
  /** Ms of the monotonic clock, which nobody can set. It stops while the machine sleeps. */
  tickMs: number;
}

/**
 * Whether nobody was there for so long. SECURITY: by whichever clock says so: the monotonic one does not see sleep, the
 * other can be set. A last use in the future, whose age is unknown, counts as long ago.
 */
export function isIdle(usedAt: Instant, now: Instant, forMs: number): boolean {
  const byClockMs = now.atMs - usedAt.atMs;
  return byClockMs >= forMs || byClockMs < -CLOCK_TOLERANCE_MS || now.tickMs - usedAt.tickMs >= forMs;
}
