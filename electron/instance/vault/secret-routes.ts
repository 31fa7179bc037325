import { createRoute, z } from '@hono/zod-openapi';
import { answer, createRoutes } from '../http/api.ts';
import { requirePermission } from '../http/caller.ts';
import { findOwners } from './doctor.ts';
import { toDoctorJson } from './route-shapes.ts';
import type { VaultRouteDeps } from './routes.ts';
import { doctorShape, type secretShape, secretsPageShape } from './secret-shapes.ts';
import { secretKinds } from './vocabulary.ts';

/** `/vault/secrets` and `/vault/doctor`: what is sealed, and whether it opens. */
export function secretRoutes({ core, jobs }: VaultRouteDeps) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/secrets',
      request: {
        query: z.object({
          kind: z.enum(secretKinds).optional(),
          page: z.coerce.number().int().min(1).default(1),
          per_page: z.coerce.number().int().min(1).max(1000).default(100),
        }),
      },
      responses: answer(secretsPageShape, 'Sealed values, without the values'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      const { kind, page, per_page } = c.req.valid('query');
      return c.json(listSecrets(core, kind ?? null, page, per_page));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/doctor',
      request: { query: z.object({ wait: z.enum(['true', 'false']).default('false') }) },
      responses: answer(doctorShape, 'The report so far'),
    }),
    async (c) => {
      requirePermission(c.get('caller'), 'vault:read');
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
      responses: answer(doctorShape, 'The newest report'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      return c.json(toDoctorJson(jobs.doctorReport));
    },
  );

  return app;
}

type Row = Omit<z.infer<typeof secretShape>, 'state' | 'owner'>;

function listSecrets(
  core: VaultRouteDeps['core'],
  kind: string | null,
  page: number,
  perPage: number,
): z.infer<typeof secretsPageShape> {
  const { sqlite } = core.store;
  const where = kind === null ? '' : 'WHERE kind = @kind';
  const filter = kind === null ? {} : { kind };
  const total = sqlite.prepare(`SELECT count(*) FROM secrets ${where}`).pluck().get(filter) as number;
  const rows = sqlite
    .prepare(
      `SELECT id, kind, key_fingerprint, created_at, updated_at, last_used_at FROM secrets ${where}
       ORDER BY id LIMIT @limit OFFSET @offset`,
    )
    .all({ ...filter, limit: perPage, offset: (page - 1) * perPage }) as Row[];
  const ids = rows.map((row) => row.id);
  const states = core.secrets.statesOf(ids);
  const owners = findOwners(ids, core.secrets.keepers);
  return {
    secrets: rows.map((row) => ({
      ...row,
      state: states.get(row.id) ?? 'unreadable',
      owner: owners.get(row.id) ?? null,
    })),
    total,
    page,
    per_page: perPage,
  };
}
