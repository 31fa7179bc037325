import { putLast } from '../../kernel/recent.ts';

/** More than anyone has open; the one seen longest ago goes first. */
const MAX_REMEMBERED = 10_000;

/** When sessions were last seen, since this start: in memory, so that looking at a page writes nothing. */
export interface SessionSightings {
  note(sessionId: number, atMs: number): void;
  /** Epoch ms; null when it was not seen since the start. */
  find(sessionId: number): number | null;
}

export function createSessionSightings(): SessionSightings {
  const seen = new Map<number, number>();
  return {
    note(sessionId, atMs) {
      putLast(seen, sessionId, atMs, MAX_REMEMBERED);
    },
    find: (sessionId) => seen.get(sessionId) ?? null,
  };
}
