import { putLast } from '../kernel/recent.ts';

/** Lines an outsider can cause of one operation about one account or key, in one minute. */
const MAX_LINES = 20;
const WINDOW_MS = 60_000;
/** More than there are accounts and keys; the one begun longest ago goes first. */
const MAX_SUBJECTS = 1000;

/**
 * Limits the lines that someone who is refused can cause, and counts those that were left out, whatever the reason: the
 * log must neither be filled by a stranger nor hide that it was not written.
 */
export interface LineBudget {
  /** False when this one is too many. */
  take(operation: string, subject: string, nowMs: number): boolean;
  /** A line was left out. */
  miss(operation: string): void;
  /** How many were left out since `clear`, by operation; null for none. */
  read(): Record<string, number> | null;
  clear(): void;
}

export function createLineBudget(): LineBudget {
  const windows = new Map<string, { startedAt: number; lines: number }>();
  const missed = new Map<string, number>();
  return {
    take(operation, subject, nowMs) {
      const name = `${operation} ${subject}`;
      const known = windows.get(name);
      // A clock that was set back begins a new window.
      const isOpen = known !== undefined && Math.abs(nowMs - known.startedAt) < WINDOW_MS;
      if (isOpen && known.lines >= MAX_LINES) return false;
      const window = {
        startedAt: isOpen ? known.startedAt : nowMs,
        lines: (isOpen ? known.lines : 0) + 1,
      };
      putLast(windows, name, window, MAX_SUBJECTS);
      return true;
    },
    miss(operation) {
      missed.set(operation, (missed.get(operation) ?? 0) + 1);
    },
    read: () => (missed.size === 0 ? null : Object.fromEntries(missed)),
    clear: () => missed.clear(),
  };
}
