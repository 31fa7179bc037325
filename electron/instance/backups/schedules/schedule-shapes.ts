import { z } from '@hono/zod-openapi';
import { displayName, shownText } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { driveStateShape } from '../../vault/status/status-shapes.ts';
import type { BackupsCore } from '../backups-core.ts';
import { findDestination } from '../destinations/destinations.ts';
import { listRivals } from '../listing/other-writers.ts';
import { findDriveState } from '../promise/drive-state.ts';
import { isPluggedIn } from './drive-seen.ts';
import { findNextRun } from './drives.ts';
import { waitsForKey } from './schedule-job.ts';
import { describeCron } from './schedule-words.ts';
import type { Schedule, ScheduleFacts } from './schedules.ts';

/** With the names of Temps; what it calls a source of S3 is a destination of any kind. */
export const scheduleShape = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    tags: z.array(z.string()),
    /** All of the instance: there is no other. */
    backup_type: z.literal('full'),
    /** Id of the destination. */
    s3_source_id: z.int(),
    /** Its name. */
    destination: z.string(),
    schedule_expression: z.string().openapi({
      description:
        'Five or six fields of cron, or `@plugged-in`: each time the drive of the destination appears',
    }),
    /** The same in words. */
    summary: z.string(),
    /** In days, as the retention of its destination says; 0 where that does not go by days. Set it there. */
    retention_period: z.int(),
    enabled: z.boolean(),
    created_at: z.int(),
    updated_at: z.int(),
    /** When the last run ended, however it did. */
    last_run: z.int().nullable(),
    /** Why it failed. */
    last_error: z.union([
      z.object({ code: z.string(), detail: z.string() }).openapi('BackupScheduleError'),
      z.null(),
    ]),
    next_run: z.int().nullable(),
    /** Whether one is due that waits until the vault is unlocked. */
    waits_for_key: z.boolean(),
    /** Of the destination, if this one is `@plugged-in`; null before it was looked at. */
    drive: z.union([driveStateShape, z.null()]),
    /** Whether all schedules wait until a person says what another machine is that makes backups of this instance. */
    is_paused: z.boolean(),
  })
  .openapi('BackupSchedule');

export const scheduleListShape = z.array(scheduleShape).openapi('BackupSchedules');

export const scheduleText = z.string().trim().min(9).max(100);
const scheduleFields = {
  name: displayName(100),
  description: shownText(0, 500).nullable(),
  tags: z.array(displayName(50)).max(20),
  s3_source_id: z.int(),
  schedule_expression: scheduleText,
  enabled: z.boolean(),
  backup_type: z.literal('full'),
  retention_period: z.literal(0),
};

export const newScheduleShape = z.object({
  ...scheduleFields,
  description: scheduleFields.description.default(null),
  tags: scheduleFields.tags.default([]),
  enabled: scheduleFields.enabled.default(true),
  backup_type: scheduleFields.backup_type.default('full'),
  retention_period: scheduleFields.retention_period.default(0),
});

export const scheduleChangeShape = z.object(scheduleFields).partial();

export const previewShape = z
  .object({
    summary: z.string(),
    /** As IANA names it; of the machine. */
    time_zone: z.string(),
    next: z.array(z.int()),
  })
  .openapi('BackupSchedulePreview');

export function toFacts(given: z.output<typeof scheduleChangeShape>): Partial<ScheduleFacts> {
  const { name, description, tags, s3_source_id: destinationId, schedule_expression: cron, enabled } = given;
  const facts = { name, description, tags, destinationId, cron, enabled };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

export function toScheduleJson(core: BackupsCore, schedule: Schedule) {
  const waits = waitsForKey(core, schedule);
  const isPaused = listRivals(core).length > 0;
  return toAnswer(scheduleShape, {
    ...schedule,
    backupType: 'full',
    s3SourceId: schedule.destinationId,
    scheduleExpression: schedule.cron,
    summary: describeCron(schedule.cron),
    retentionPeriod: findDestination(core, schedule.destinationId)?.retention?.withinDays ?? 0,
    lastRun: schedule.lastRunAt,
    lastError: schedule.error,
    nextRun: waits || isPaused ? null : findNextRun(core, schedule),
    waitsForKey: waits,
    drive:
      schedule.enabled && isPluggedIn(schedule.cron) ? findDriveState(core, schedule.destinationId) : null,
    isPaused,
  });
}
