/**
 * What locks after nobody used it: `console`: sessions and the desktop window, until their person enters the password;
 * `vault`: those, and the keys are removed from memory once nobody at all was there for that long.
 */
export const lockStrengths = ['console', 'vault'] as const;
export type LockStrength = (typeof lockStrengths)[number];

export interface AutoLock {
  /** Null is off. */
  minutes: number | null;
  strength: LockStrength;
  /** Whether the vault locks when the screen of the computer that shows the desktop window does. */
  withScreen: boolean;
}

export const MIN_LOCK_MINUTES = 1;
export const MAX_LOCK_MINUTES = 24 * 60;

/** Whether something stays open longer, or less of it locks. What was off locked nothing, and cannot be looser. */
export function isLooser(before: AutoLock, after: AutoLock): boolean {
  if (before.withScreen && !after.withScreen) return true;
  if (before.minutes === null) return false;
  if (after.minutes === null || after.minutes > before.minutes) return true;
  return before.strength === 'vault' && after.strength === 'console';
}
