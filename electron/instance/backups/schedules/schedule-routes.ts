import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import type { BackupsCore } from '../backups-core.ts';
import { getDestination } from '../destinations/destinations.ts';
import { s3BackupShape, toS3BackupsJson } from '../destinations/s3-source-shapes.ts';
import { foreseeKeptUntil } from './kept-until.ts';
import {
  newScheduleShape,
  previewShape,
  scheduleChangeShape,
  scheduleListShape,
  scheduleShape,
  scheduleText,
  toFacts,
  toScheduleJson,
} from './schedule-shapes.ts';
import { describeCron, listNext, requireScheduleText } from './schedule-words.ts';
import {
  addSchedule,
  changeSchedule,
  getSchedule,
  listMade,
  listSchedules,
  removeSchedule,
} from './schedules.ts';

const scheduleId = z.object({ id: pathId });

/** `/backups/schedules`: when backups are made. */
export function scheduleRoutes(core: BackupsCore) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/schedules',
      ...act('backups_read'),
      responses: answer(scheduleListShape, 'When backups are made'),
    }),
    (c) => c.json(listSchedules(core).map((schedule) => toScheduleJson(core, schedule))),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/schedules',
      ...act('backup_schedules_add'),
      request: body(newScheduleShape),
      responses: answer(scheduleShape, 'The new schedule', 201),
    }),
    (c) => {
      const { name, description, tags, s3_source_id, schedule_expression, enabled } = c.req.valid('json');
      const facts = {
        name,
        description,
        tags,
        destinationId: s3_source_id,
        cron: schedule_expression,
        enabled,
      };
      return c.json(toScheduleJson(core, addSchedule(core, c.get('caller'), facts)), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/schedules/preview',
      ...act('backups_read'),
      request: body(z.object({ schedule_expression: scheduleText })),
      responses: answer(previewShape, 'What a schedule means, and its next three times'),
    }),
    (c) => {
      c.set('isQuestion', true);
      const text = c.req.valid('json').schedule_expression;
      const nowMs = core.ctx.clock.now();
      requireScheduleText(text, nowMs);
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      return c.json({ summary: describeCron(text), time_zone: timeZone, next: listNext(text, nowMs, 3) });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/schedules/{id}',
      ...act('backups_read'),
      request: { params: scheduleId },
      responses: answer(scheduleShape, 'A schedule'),
    }),
    (c) => c.json(toScheduleJson(core, getSchedule(core, c.req.valid('param').id))),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/schedules/{id}/backups',
      ...act('backups_read'),
      request: { params: scheduleId },
      responses: answer(
        z.array(s3BackupShape),
        'What was made by schedule at its destination since there is this one, the newest first; also by others there',
      ),
    }),
    (c) => {
      const schedule = getSchedule(core, c.req.valid('param').id);
      const about = { scheduleId: schedule.id, keptUntil: foreseeKeptUntil(core) };
      const destination = getDestination(core, schedule.destinationId);
      return c.json(toS3BackupsJson(core, destination, listMade(core, schedule), about));
    },
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/backups/schedules/{id}',
      ...act('backup_schedules_change'),
      request: { params: scheduleId, ...body(scheduleChangeShape) },
      responses: answer(scheduleShape, 'The changed schedule'),
    }),
    (c) => {
      const change = toFacts(c.req.valid('json'));
      const changed = changeSchedule(core, c.get('caller'), c.req.valid('param').id, change);
      return c.json(toScheduleJson(core, changed));
    },
  );

  for (const [word, enabled, then] of [
    ['enable', true, 'It makes backups from now on'],
    ['disable', false, 'It makes no more backups'],
  ] as const)
    app.openapi(
      createRoute({
        method: 'patch',
        path: `/backups/schedules/{id}/${word}`,
        ...act(enabled ? 'backup_schedules_add' : 'backup_schedules_change'),
        request: { params: scheduleId },
        responses: answer(scheduleShape, then),
      }),
      (c) => {
        const changed = changeSchedule(core, c.get('caller'), c.req.valid('param').id, { enabled });
        return c.json(toScheduleJson(core, changed));
      },
    );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backups/schedules/{id}',
      ...act('backup_schedules_change'),
      request: { params: scheduleId },
      responses: noContent('Removed; the backups it made stay'),
    }),
    (c) => {
      removeSchedule(core, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return app;
}
