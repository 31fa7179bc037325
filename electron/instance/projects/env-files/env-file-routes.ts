import { createRoute, z } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import { requireAct } from '../../access/acts.ts';
import type { Caller } from '../../access/caller.ts';
import { type ApiEnv, act, answer, body, createRoutes } from '../../http/api.ts';
import { sendLong } from '../../http/long-json.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Context } from '../../kernel/context.ts';
import { createQueue } from '../../kernel/queue.ts';
import { saidEnd } from '../ends/end-shapes.ts';
import { getEnvironment, PRODUCTION } from '../environments.ts';
import { getProjectOf } from '../project-of.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import { sightOf } from '../variables/variable-notes.ts';
import {
  importOutcomeShape,
  lastImportShape,
  resolvedVariablesShape,
  undoOutcomeShape,
} from '../variables/variable-shapes.ts';
import { exportEnvFile, type Place, resolveAll } from './env-export.ts';
import { repeatedChoices } from './env-file.ts';
import { type ImportRequest, importEnvFile } from './env-import.ts';
import { findImport, undoImport } from './import-undo.ts';

const project = z.object({ project: z.string() });
const environment = z.string().default(PRODUCTION);
const importBody = z.object({
  content_base64: z.base64(),
  environment,
  mode: z.enum(['merge', 'replace']).default('merge'),
  /** Whether a file without variables may replace those that are there. */
  allow_empty: z.boolean().default(false),
  /** Whether `${NAME}` becomes a reference where such a variable is there. */
  references: z.enum(['resolve', 'literal']).default('resolve'),
  dry_run: z.boolean().default(false),
  secret: z.enum(['guess', 'all', 'none']).default('guess'),
  overrides: z.record(z.string(), z.boolean()).default({}),
  /** When what is added or changed ends, by name, as `expires_at` of a variable; a file cannot say it. */
  ends: z.record(z.string(), saidEnd).default({}),
  /** Which line of a name counts that the file has more than once. */
  repeated: z.enum(repeatedChoices).default('last'),
  on_error: z.enum(['fail', 'collect']).default('fail'),
  only: z.array(z.string()).optional(),
});
const undoBody = z.object({
  environment,
  /** The import that is meant: refused where it is no longer the last one. */
  import_id: z.int().optional(),
  dry_run: z.boolean().default(false),
});

/** Every value of an environment at once: for `run`, and as a `.env` file, out and in. */
export function envFileRoutes(ctx: Context, reads: ReadRecorder) {
  const app = createRoutes();
  /** SECURITY: what one keeps is bounded, so one at a time, what all keep is bounded too. */
  const reading = createQueue();
  const importing = createQueue();

  const findPlace = (c: HonoContext<ApiEnv>, name: string): Place => {
    const found = getProjectOf(ctx, c);
    return { project: found, environment: getEnvironment(ctx, found.id, name) };
  };

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/variables/resolved',
      ...act('variables_reveal'),
      request: {
        params: project,
        query: z.object({
          environment,
          skip_unreadable: z.enum(['true', 'false']).default('false'),
          purpose: z
            .enum(['run', 'export'])
            .default('run')
            .openapi({ description: 'What they are read for, as the records of readings say it' }),
        }),
      },
      responses: answer(resolvedVariablesShape, 'All values, references resolved'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const query = c.req.valid('query');
      const place = findPlace(c, query.environment);
      const skipUnreadable = query.skip_unreadable === 'true';
      return await reading(async () => {
        const { variables, skipped } = await resolveAll(ctx, reads, caller, place, {
          skipUnreadable,
          purpose: query.purpose,
        });
        const revealed = variables.map(({ value, ...variable }) => ({ ...variable, value: value.reveal() }));
        return await sendLong(c, toAnswer(resolvedVariablesShape, { variables: revealed, skipped }));
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/variables/export',
      ...act('variables_reveal'),
      request: { params: project, query: z.object({ environment }) },
      responses: {
        200: {
          description: 'The variables as a .env file',
          content: { 'text/plain': { schema: z.string() } },
        },
      },
    }),
    async (c) => {
      const caller = c.get('caller');
      const { environment: name } = c.req.valid('query');
      const place = findPlace(c, name);
      return await reading(async () => c.text(await exportEnvFile(ctx, reads, caller, place)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/variables/import',
      ...act('variables_import', 'variables_delete'),
      request: { params: project, ...body(importBody) },
      responses: answer(importOutcomeShape, 'What changed, with the values of plain variables'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      if (request.mode === 'replace') requireAct(caller, 'variables_delete', ctx.clock.now());
      const place = findPlace(c, request.environment);
      return await importing(async () => {
        const outcome = await importEnvFile(ctx, reads, caller, place, toImportRequest(request, caller));
        return await sendLong(c, toAnswer(importOutcomeShape, { dryRun: request.dry_run, ...outcome }));
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/variables/import/undo',
      ...act('variables_read'),
      request: { params: project, query: z.object({ environment }) },
      responses: answer(lastImportShape, 'The last import, which can be undone'),
    }),
    (c) => {
      const query = c.req.valid('query');
      const place = findPlace(c, query.environment);
      return c.json(toAnswer(lastImportShape, { last: findImport(ctx, place.environment.id) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/variables/import/undo',
      ...act('variables_import', 'variables_delete'),
      request: { params: project, ...body(undoBody) },
      responses: answer(undoOutcomeShape, 'What is as it was before the last import, by name'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      // What the import added is deleted.
      requireAct(caller, 'variables_delete', ctx.clock.now());
      const place = findPlace(c, request.environment);
      return await importing(async () => {
        const undo = { importId: request.import_id, dryRun: request.dry_run };
        const outcome = await undoImport(ctx, caller, place, undo);
        return await sendLong(c, toAnswer(undoOutcomeShape, { dryRun: request.dry_run, ...outcome }));
      });
    },
  );

  return app;
}

function toImportRequest(request: z.infer<typeof importBody>, caller: Caller): ImportRequest {
  return {
    content: Buffer.from(request.content_base64, 'base64'),
    mode: request.mode,
    allowEmpty: request.allow_empty,
    references: request.references,
    dryRun: request.dry_run,
    secret: request.secret,
    overrides: request.overrides,
    ends: request.ends,
    repeated: request.repeated,
    onError: request.on_error,
    only: request.only ? new Set(request.only) : null,
    sight: sightOf(caller),
  };
}
