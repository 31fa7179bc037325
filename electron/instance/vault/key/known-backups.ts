/** A former database in the data directory, kept before a restore, a new version or a rotation. */
export interface FormerOfKey {
  /** Of its folder. */
  name: string;
  /** Epoch ms from which it is deleted by itself. */
  keptUntil: number;
  /** False for one that cannot be read: it may hold values of the key. */
  isRead: boolean;
}

/** The backups and former databases that this instance knows of and whose secrets need one key. */
export interface KnownBackups {
  count: number;
  /** Epoch ms of the newest; null without one. */
  newestAt: number | null;
  /** Names of the destinations they are at. */
  places: readonly string[];
  /** In the data directory itself. */
  former: readonly FormerOfKey[];
}

export const NO_BACKUPS: KnownBackups = { count: 0, newestAt: null, places: [], former: [] };

/** What becomes of these without the key, in words. There may be others that the list does not have. */
export function describeKnownBackups(known: KnownBackups): string {
  return [describeListed(known), ...describeFormer(known.former)].join(' ');
}

function describeListed({ count, newestAt, places }: KnownBackups): string {
  if (newestAt === null) return 'No backup in the list needs it; what is elsewhere may.';
  const at = new Intl.ListFormat('en').format(places);
  const many = count === 1 ? '1 backup that needs it' : `${count} backups that need it`;
  return `The list has ${many}, at ${at}${count === 1 ? ', of' : '; the newest is of'} ${formatDay(newestAt)}.`;
}

function describeFormer(former: readonly FormerOfKey[]): string[] {
  const name = (some: readonly FormerOfKey[]) =>
    new Intl.ListFormat('en').format(
      some.map((each) => `${each.name} (kept until ${formatDay(each.keptUntil)})`),
    );
  const needing = former.filter(({ isRead }) => isRead);
  const unread = former.filter(({ isRead }) => !isRead);
  return [
    ...(needing.length > 0
      ? [
          `${needing.length === 1 ? '1 former database on this disk needs' : `${needing.length} former databases on this disk need`} it: ${name(needing)}.`,
        ]
      : []),
    ...(unread.length > 0 ? [`A former database that cannot be read may need it: ${name(unread)}.`] : []),
  ];
}

/** `2026-03-01`, of UTC: the same for everyone who reads it. */
export const formatDay = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
