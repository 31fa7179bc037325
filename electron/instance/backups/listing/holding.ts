import type { FormerWhy } from '../../store/data-directory.ts';
import { formatDay } from '../../vault/key/known-backups.ts';
import { listBackups } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { listFormerDatabases } from '../restore/former-database.ts';
import { foreseeKeptUntil } from '../schedules/kept-until.ts';

/** What has values that this instance had at a time or after it, whatever is deleted here. */
export interface Holding {
  backups: {
    count: number;
    /** Names of the destinations they are at. */
    places: string[];
    /** When the last one would be removed; null where one is kept for years or for good, and without any. */
    keptUntil: number | null;
  };
  /** In the data directory: of before a restore, a new version or a rotation. */
  former: { name: string; why: FormerWhy; keptUntil: number }[];
  /** The same in words. */
  said: string[];
}

/**
 * The backups of the list and the former databases that may have what was created then. A backup that failed to be checked may
 * have it all the same.
 */
export function findHolding(core: BackupsCore, sinceMs: number): Holding {
  const foreseen = foreseeKeptUntil(core);
  const listed = listBackups(core).filter(
    ({ takenAt, goneAt, folder }) => takenAt >= sinceMs && goneAt === null && folder !== null,
  );
  const ends = listed.map(({ id }) => foreseen.get(id) ?? null);
  const backups = {
    count: listed.length,
    places: [...new Set(listed.map(({ destination }) => destination))].sort(),
    keptUntil: ends.length === 0 || ends.includes(null) ? null : Math.max(...(ends as number[])),
  };
  const former = listFormerDatabases(core.ctx.dataDir)
    .filter(({ replacedAt }) => replacedAt >= sinceMs)
    .map(({ name, why, keptUntil }) => ({ name, why, keptUntil }));
  return { backups, former, said: [...sayBackups(backups), ...sayFormer(former)] };
}

function sayBackups({ count, places, keptUntil }: Holding['backups']): string[] {
  if (count === 0) return ['No backup in the list has it; what is elsewhere may.'];
  const at = new Intl.ListFormat('en').format(places);
  const many = count === 1 ? '1 backup' : `${count} backups`;
  const until =
    keptUntil === null
      ? 'until you delete it or its schedule does'
      : `until ${formatDay(keptUntil)}, as schedules are`;
  return [`${many} at ${at} may still have it, ${count === 1 ? '' : 'the last one '}${until}.`];
}

function sayFormer(former: Holding['former']): string[] {
  const [first] = former;
  if (!first) return [];
  const until = formatDay(Math.max(...former.map(({ keptUntil }) => keptUntil)));
  return [
    former.length === 1
      ? `1 former database on this disk may still have it, until ${until}.`
      : `${former.length} former databases on this disk may still have it, the last one until ${until}.`,
  ];
}
