import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, createRoutes } from '../http/api.ts';
import { toAnswer } from '../http/to-answer.ts';
import type { Doors } from './doors.ts';

const doorsAnswer = z
  .object({
    https_url: z.string().nullable(),
    http_port: z.number().nullable(),
    certificate: z.object({ sha256: z.string(), is_temporary: z.boolean() }).nullable(),
  })
  .openapi('Doors');

/** `/doors`: where this instance answers, for the owner's command line. */
export function doorRoutes(findDoors: () => Doors | null) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/doors',
      ...act('doors_read'),
      responses: answer(doorsAnswer, 'Addresses of this instance'),
    }),
    (c) => {
      const doors = findDoors();
      const certificate = doors?.certificate ?? null;
      return c.json(
        toAnswer(doorsAnswer, {
          httpsUrl: doors?.httpsUrl ?? null,
          httpPort: doors?.httpPort ?? null,
          certificate: certificate && { ...certificate, sha256: certificate.fingerprint },
        }),
      );
    },
  );
  return app;
}
