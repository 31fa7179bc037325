import { z } from '@hono/zod-openapi';
import { toAnswer } from '../http/to-answer.ts';
import type { Backup } from './backups.ts';
import type { BackupsCore } from './backups-core.ts';
import { backupReasons } from './format/manifest.ts';
import { describeGone } from './listing/gaps.ts';
import { backupSteps } from './making/backup-run.ts';
import { listRuns } from './making/runs.ts';
import { findWriter } from './making/writer.ts';
import { backupStates, drillResults } from './vocabulary.ts';

export const backupShape = z
  .object({
    id: z.uuid(),
    destination_id: z.int(),
    destination: z.string(),
    folder: z.string().nullable(),
    /** Since when it is not there any more, though this instance did not remove it. */
    gone_at: z.int().nullable(),
    /** The same in words, with its number. */
    gone_note: z.string().nullable(),
    /** Whether the destination refused to remove it, as by a lock of the bucket. */
    is_held: z.boolean(),
    /** When its schedules would remove it; null for one that is kept for years, or for good. */
    kept_until: z.int().nullable(),
    sequence: z.int().nullable(),
    why: z.enum(backupReasons),
    taken_at: z.int(),
    state: z.enum([...backupStates, 'running']),
    size_bytes: z.int().nullable(),
    key_fingerprint: z.string(),
    confirmed_at: z.int().nullable(),
    error: z.union([z.object({ code: z.string(), detail: z.string() }).openapi('BackupError'), z.null()]),
    drilled_at: z.int().nullable(),
    drill_result: z.union([z.enum(drillResults), z.null()]),
    drill_reason: z.string().nullable(),
  })
  .openapi('Backup');

export const backupListShape = z.object({ backups: z.array(backupShape) }).openapi('BackupList');

export const verifiedFolderShape = z
  .object({
    place: z.string(),
    id: z.uuid(),
    taken_at: z.int(),
    sequence: z.int(),
    key_fingerprint: z.string(),
  })
  .openapi('VerifiedBackupFolder');

export const backupIdentityShape = z
  .object({ identity: z.string(), recipient: z.string() })
  .openapi('BackupIdentity');

type KeptUntil = ReadonlyMap<string, number>;

/** What a kill would leave is no answer while a backup is made. */
export function toBackupsJson(core: BackupsCore, backups: readonly Backup[], keptUntil: KeptUntil) {
  const own = findWriter(core.ctx)?.writerId ?? null;
  return backups.map((backup) => {
    const isRunning = core.running.has(backup.id);
    return toAnswer(backupShape, {
      ...backup,
      goneNote: describeGone(backup, own),
      keptUntil: keptUntil.get(backup.id) ?? null,
      state: isRunning ? 'running' : backup.state,
      error: isRunning ? null : backup.error,
    });
  });
}

export function toBackupJson(core: BackupsCore, backup: Backup, keptUntil: KeptUntil = new Map()) {
  const [json] = toBackupsJson(core, [backup], keptUntil);
  return json as NonNullable<typeof json>;
}

export const backupRunsShape = z
  .object({
    runs: z.array(
      z
        .object({
          id: z.uuid().openapi({ description: 'Of the backup that it makes' }),
          destination_id: z.int(),
          destination: z.string(),
          why: z.enum(backupReasons),
          started_at: z.int(),
          step: z.enum(backupSteps).openapi('BackupStep'),
          part: z.string().nullable().openapi({ description: 'The file that is written or read back' }),
          done_bytes: z.int().openapi({ description: 'Of this step' }),
          total_bytes: z.int().nullable(),
          bytes_per_second: z.int().nullable(),
          is_cancelled: z.boolean().openapi({ description: 'It is being brought to its end' }),
        })
        .openapi('BackupRun'),
    ),
  })
  .openapi('BackupRuns');

export const toBackupRunsJson = (core: BackupsCore) =>
  toAnswer(backupRunsShape, {
    runs: listRuns(core).map(({ destination, progress, cancelling, ...run }) => ({
      ...run,
      ...progress,
      destinationId: destination.id,
      destination: destination.name,
      isCancelled: cancelling.signal.aborted,
    })),
  });
