/** The backups that this instance knows of and that were made under one key: in another they are not decrypted. */
export interface KnownBackups {
  count: number;
  /** Epoch ms of the newest; null without one. */
  newestAt: number | null;
  /** Names of the destinations they are at. */
  places: readonly string[];
}

export const NO_BACKUPS: KnownBackups = { count: 0, newestAt: null, places: [] };

/** What becomes of these without the key, in words. There may be others that the list does not have. */
export function describeKnownBackups({ count, newestAt, places }: KnownBackups): string {
  if (newestAt === null) return 'No backup in the list needs it; what is elsewhere may.';
  const at = new Intl.ListFormat('en').format(places);
  const many = count === 1 ? '1 backup that needs it' : `${count} backups that need it`;
  return `The list has ${many}, at ${at}${count === 1 ? ', of' : '; the newest is of'} ${formatDay(newestAt)}.`;
}

/** `2026-03-01`, of UTC: the same for everyone who reads it. */
export const formatDay = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
