import { z } from '@hono/zod-openapi';
import { toAnswer } from '../../http/to-answer.ts';
import { formerWhys } from '../../store/data-directory.ts';
import { backupReasons, sumStored } from '../format/manifest.ts';
import { oldComputers } from '../vocabulary.ts';
import type { PreparedRestore, RestoreProgress } from './running-restore.ts';

/** Null for what cannot be read in the database here, and where there is none. */
const countShape = z
  .object({ name: z.string(), now: z.int().nullable(), backup: z.int() })
  .openapi('RestoredCount');

export const preparedRestoreShape = z
  .object({
    id: z.uuid(),
    place: z.string(),
    found_note: z.string().openapi({
      description: 'Which numbers are missing beside it, and that newer ones may be elsewhere, in words',
    }),
    backup_id: z.uuid(),
    instance_id: z.string(),
    instance_name: z.string(),
    writer_id: z.string(),
    taken_at: z.int(),
    sequence: z.int(),
    why: z.enum(backupReasons),
    app_version: z.string(),
    schema_version: z.int(),
    key_fingerprint: z.string(),
    encrypted: z.boolean(),
    size_bytes: z.int(),
    /** Null without the key: nobody vouched for the backup, and the vault will be locked. */
    values: z.union([
      z.object({ total: z.int(), opened: z.int(), lost: z.int() }).openapi('RestoredValues'),
      z.null(),
    ]),
    is_verified: z
      .boolean()
      .openapi({ description: 'Whether the key is at hand, and vouched for the backup' }),
    decrypted_for: z.string().nullable().openapi({
      description: 'The recipient of the identity that decrypted it in place of the key; null where none did',
    }),
    /** Whether there is a database here, which is kept beside. */
    has_database: z.boolean(),
    /** The name of the instance here; null where nobody has used it yet, or its database cannot be read. */
    replaces: z.string().nullable(),
    tables: z.array(countShape),
    values_by_kind: z.array(countShape),
    /** Names of what is here and not in the backup. */
    only_here: z.record(z.string(), z.array(z.string())),
  })
  .openapi('PreparedRestore');

export const restoreProgressShape = z
  .object({
    id: z.uuid(),
    state: z.enum(['checking', 'ready', 'restoring']),
    step: z.enum(['fetching', 'unpacking', 'examining', 'opening']),
    done: z.int(),
    total: z.int(),
    prepared: z.union([preparedRestoreShape, z.null()]),
  })
  .openapi('RestoreProgress');

export const currentRestoreShape = z
  .object({ current: z.union([restoreProgressShape, z.null()]) })
  .openapi('CurrentRestore');

export const begunRestoreShape = z.object({ id: z.uuid() }).openapi('BegunRestore');

export const restoreOutcomeShape = z
  .object({ id: z.uuid(), state: z.enum(['running', 'done', 'failed']), said: z.array(z.string()) })
  .openapi('RestoreOutcome');

export const restoredShape = z
  .object({
    /** What was last restored here; null where nothing was. */
    restored: z.union([
      z
        .object({
          backup_id: z.string(),
          taken_at: z.int(),
          restored_at: z.int(),
          is_verified: z.boolean(),
          old_computer: z.union([z.enum(oldComputers), z.null()]),
        })
        .openapi('RestoredBackup'),
      z.null(),
    ]),
    /** Whether what two computers would do twice is paused here. */
    waits_for_old_computer: z.boolean(),
    /** The newest first: of those of before a restore that one comes back when the restore is undone. */
    former_databases: z.array(
      z
        .object({
          name: z.string(),
          /** Before what it was kept. */
          why: z.enum(formerWhys),
          replaced_at: z.int(),
          size_bytes: z.int(),
          kept_until: z.int(),
        })
        .openapi('FormerDatabase'),
    ),
  })
  .openapi('Restored');

export function toPreparedJson({ id, preview }: PreparedRestore) {
  const { manifest, instance, replaces, ...shown } = preview;
  return toAnswer(preparedRestoreShape, {
    ...manifest,
    ...shown,
    id,
    backupId: manifest.id,
    instanceName: instance.name,
    encrypted: manifest.recipients.length > 0,
    isVerified: preview.values !== null,
    sizeBytes: sumStored(manifest),
    replaces: replaces?.name ?? null,
  });
}

export function toProgressJson(progress: RestoreProgress) {
  const { preview, id, ...rest } = progress;
  return {
    ...toAnswer(restoreProgressShape, { ...rest, id, prepared: null }),
    prepared: preview && toPreparedJson({ id, preview }),
  };
}
