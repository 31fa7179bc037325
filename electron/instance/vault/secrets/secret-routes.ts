import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, createRoutes } from '../../http/api.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { secretKinds } from '../vocabulary.ts';
import { secretGroupNames } from './secret-kinds.ts';
import { listSecrets } from './secret-list.ts';
import { doctorShape, secretsPageShape, toDoctorJson, toSecretsPageJson } from './secret-shapes.ts';

/** `/vault/secrets` and `/vault/doctor`: what is sealed, and whether it opens. */
export function secretRoutes({ core, jobs }: VaultRouteDeps) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/secrets',
      ...act('vault_read'),
      request: {
        query: z.object({
          kind: z.enum(secretKinds).optional(),
          group: z.enum(secretGroupNames).optional(),
          search: z.string().max(200).default(''),
          page: z.coerce.number().int().min(1).default(1),
          per_page: z.coerce.number().int().min(1).max(1000).default(100),
        }),
      },
      responses: answer(secretsPageShape, 'Secrets, without their values'),
    }),
    async (c) => {
      const { kind, group, search, page, per_page } = c.req.valid('query');
      const list = await listSecrets(core, jobs.finishedReport, {
        kind: kind ?? null,
        group: group ?? null,
        search,
        page,
        perPage: per_page,
      });
      return c.json(toSecretsPageJson(list, page, per_page));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/doctor',
      ...act('vault_read'),
      request: { query: z.object({ wait: z.enum(['true', 'false']).default('false') }) },
      responses: answer(doctorShape, 'The report so far'),
    }),
    async (c) => {
      const run = jobs.runDoctor();
      if (c.req.valid('query').wait === 'true') return c.json(toDoctorJson(await run));
      run.catch(() => undefined);
      return c.json(toDoctorJson(jobs.doctorReport));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/doctor',
      ...act('vault_read'),
      responses: answer(doctorShape, 'The latest report'),
    }),
    (c) => {
      return c.json(toDoctorJson(jobs.doctorReport));
    },
  );

  return app;
}
