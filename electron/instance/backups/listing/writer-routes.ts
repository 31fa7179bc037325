import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { BackupsCore } from '../backups-core.ts';
import { writerVerdicts } from '../vocabulary.ts';
import { judgeWriter, listOtherWriters, listRivals } from './other-writers.ts';

const writerShape = z
  .object({
    writer_id: z.uuid(),
    first_seen_at: z.int(),
    newest_taken_at: z.int(),
    /** Name of the destination where its newest backup was seen. */
    newest_at: z.string(),
    verdict: z.union([z.enum(writerVerdicts), z.null()]),
    listed: z.int().openapi({ description: 'How many of its backups are in the list and not gone' }),
    /** Whether schedules wait until a person says what it is. */
    pauses_schedules: z.boolean(),
  })
  .openapi('BackupWriter');
const writersShape = z.object({ writers: z.array(writerShape) }).openapi('BackupWriters');

/** Other data directories that make backups of this instance. */
export function writerRoutes(core: BackupsCore) {
  const app = createRoutes();
  const toJson = () => {
    const rivals = new Set(listRivals(core).map(({ writerId }) => writerId));
    const writers = listOtherWriters(core).map((writer) => ({
      ...writer,
      pausesSchedules: rivals.has(writer.writerId),
    }));
    return toAnswer(writersShape, { writers });
  };

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/writers',
      ...act('backups_read'),
      responses: answer(writersShape, 'Other data directories whose backups of this instance were seen'),
    }),
    (c) => c.json(toJson()),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/writers/{id}/verdict',
      ...act('backups_delete'),
      request: {
        params: z.object({ id: z.uuid() }),
        ...body(z.object({ verdict: z.enum(writerVerdicts) })),
      },
      responses: answer(writersShape, 'What it was said to be: gone, or its backups adopted'),
    }),
    (c) => {
      judgeWriter(core, c.get('caller'), c.req.valid('param').id, c.req.valid('json').verdict);
      return c.json(toJson());
    },
  );

  return app;
}
