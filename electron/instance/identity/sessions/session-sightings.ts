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
      // Taken out first, so that the map's order is that of sightings.
      seen.delete(sessionId);
      seen.set(sessionId, atMs);
      const [oldest] = seen.keys();
      if (seen.size > MAX_REMEMBERED && oldest !== undefined) seen.delete(oldest);
    },
    find: (sessionId) => seen.get(sessionId) ?? null,
  };
}
