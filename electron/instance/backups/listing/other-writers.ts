import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { BackupsCore } from '../backups-core.ts';
import type { KnownDestination } from '../destinations/destinations.ts';
import type { Manifest } from '../format/manifest.ts';
import { backupOperations } from '../operations.ts';
import type { WriterVerdict } from '../vocabulary.ts';

/** Another data directory that makes, or made, backups of this instance. */
export interface OtherWriter {
  writerId: string;
  firstSeenAt: number;
  /** When its newest backup was made, and at which destination it was seen. */
  newestTakenAt: number;
  newestAt: string;
  verdict: WriterVerdict | null;
  verdictAt: number | null;
  /** How many of its backups are in the list, and are where they are said to be. */
  listed: number;
}

const SELECT = `SELECT writer_id AS writerId, first_seen_at AS firstSeenAt, newest_taken_at AS newestTakenAt,
  newest_at AS newestAt, verdict, verdict_at AS verdictAt,
  (SELECT count(*) FROM backups b WHERE b.writer_id = backup_other_writers.writer_id AND b.folder IS NOT NULL
     AND b.gone_at IS NULL) AS listed FROM backup_other_writers`;

/** The one that was active last first. */
export function listOtherWriters({ ctx }: Pick<BackupsCore, 'ctx'>): OtherWriter[] {
  return ctx.store.sqlite
    .prepare(`${SELECT} ORDER BY newest_taken_at DESC, writer_id`)
    .all() as OtherWriter[];
}

/** In a transaction: notes who else wrote what was found, which is vouched for by a key of this instance. */
export function noteOtherWriters(
  { ctx }: BackupsCore,
  known: KnownDestination,
  ownId: string,
  manifests: readonly Manifest[],
): void {
  const { sqlite } = ctx.store;
  const nowMs = ctx.clock.now();
  sqlite.prepare('UPDATE backup_writer SET since = ? WHERE since IS NULL OR since > ?').run(nowMs, nowMs);
  const note = sqlite.prepare(
    `INSERT INTO backup_other_writers (writer_id, first_seen_at, newest_taken_at, newest_at)
     VALUES (@writerId, @nowMs, @takenAt, @destination)
     ON CONFLICT (writer_id) DO UPDATE SET newest_taken_at = @takenAt, newest_at = @destination
       WHERE newest_taken_at < @takenAt`,
  );
  for (const { writerId, takenAt } of manifests)
    if (writerId !== ownId) note.run({ writerId, nowMs, takenAt, destination: known.name });
}

/**
 * Those that made a backup since this data directory looked for them, and since a person said what they are: two machines
 * think that they are one instance. Made here before, by this directory's own former self, they are none.
 */
export function listRivals({ ctx }: Pick<BackupsCore, 'ctx'>): OtherWriter[] {
  const since = ctx.store.sqlite.prepare('SELECT since FROM backup_writer').pluck().get() as number | null;
  if (since === null || since === undefined) return [];
  return listOtherWriters({ ctx }).filter(
    ({ newestTakenAt, verdictAt }) => newestTakenAt > Math.max(since, verdictAt ?? 0),
  );
}

/**
 * Says of another writer that its computer is gone, or that its backups are this one's to keep and to remove. Schedules go
 * on, unless it makes another backup. Throws `not_found`.
 */
export function judgeWriter(
  core: BackupsCore,
  actor: Caller | null,
  writerId: string,
  verdict: WriterVerdict,
): OtherWriter {
  const { ctx } = core;
  const found = listOtherWriters(core).find((writer) => writer.writerId === writerId);
  if (!found) throw new AppError('not_found', 'No backup of such a writer was seen.');
  // Its clock may be ahead of this one.
  const verdictAt = Math.max(ctx.clock.now(), found.newestTakenAt);
  ctx.store.transaction(() => {
    ctx.store.sqlite
      .prepare('UPDATE backup_other_writers SET verdict = ?, verdict_at = ? WHERE writer_id = ?')
      .run(verdict, verdictAt, writerId);
    ctx.audit.append(backupOperations.BACKUP_WRITER_JUDGED, actor, { id: writerId, verdict });
  });
  ctx.jobs.look();
  return { ...found, verdict, verdictAt };
}

/** Writers whose backups this data directory removes when they are too many. */
export function listAdopted(core: Pick<BackupsCore, 'ctx'>): Set<string> {
  return new Set(
    listOtherWriters(core).flatMap(({ writerId, verdict }) => (verdict === 'adopted' ? [writerId] : [])),
  );
}
