import { z } from '@hono/zod-openapi';
import { toAnswer } from '../../http/to-answer.ts';
import { keepReasons, type RetentionPolicy } from './policy.ts';
import type { RetentionPreview } from './prune.ts';

const count = z.int().min(0).max(10_000);
export const retentionShape = z
  .object({
    last: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    within_days: count,
  })
  .openapi('BackupRetention');

/** What is not given keeps none by it. */
export const givenRetention = z.object({
  last: count.default(0),
  daily: count.default(0),
  weekly: count.default(0),
  monthly: count.default(0),
  yearly: count.default(0),
  within_days: count.default(0),
});

const named = { id: z.uuid(), taken_at: z.int(), size_bytes: z.int().nullable() };
export const retentionPreviewShape = z
  .object({
    kept: z.array(z.object({ ...named, reasons: z.array(z.enum(keepReasons)) }).openapi('KeptBackup')),
    removed: z.array(z.object(named).openapi('BackupToRemove')),
    /** Whether a schedule would do it too: not after a gap of weeks, when it may be the clock that is wrong. */
    is_steady: z.boolean(),
  })
  .openapi('BackupRetentionPreview');

export const prunedShape = z
  .object({
    removed: z.array(z.uuid()),
    /** Those that the destination refused to remove, as by a lock of the bucket. */
    held: z.array(z.uuid()),
  })
  .openapi('PrunedBackups');

export function toPolicy({
  within_days: withinDays,
  ...counts
}: z.output<typeof givenRetention>): RetentionPolicy {
  return { ...counts, withinDays };
}

export function toPreviewJson({ kept, removed, isSteady }: RetentionPreview) {
  return toAnswer(retentionPreviewShape, {
    kept: kept.map(({ backup, reasons }) => ({ ...backup, reasons })),
    removed,
    isSteady,
  });
}
