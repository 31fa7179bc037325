import { createRoute, z } from '@hono/zod-openapi';
import {
  type Caller,
  requireConfirmedPerson,
  requirePermission,
  requireProject,
} from '../../access/caller.ts';
import { answer, body, createRoutes } from '../../http/api.ts';
import type { Context } from '../../kernel/context.ts';
import { type Environment, getEnvironment, PRODUCTION } from '../environments.ts';
import { getProject, type Project } from '../projects.ts';
import { printEnv } from './env-file.ts';
import { type ImportRequest, importEnvFile } from './env-import.ts';
import { resolveVariables } from './references.ts';
import { noteVariable } from './variable-scope.ts';
import { importOutcomeShape, resolvedVariablesShape, toImportJson } from './variable-shapes.ts';
import { listVariables, revealVariable } from './variables.ts';

const project = z.object({ project: z.string() });
const environment = z.string().default(PRODUCTION);
const importBody = z.object({
  content_base64: z.base64(),
  environment,
  mode: z.enum(['merge', 'replace']).default('merge'),
  dry_run: z.boolean().default(false),
  secret: z.enum(['guess', 'all', 'none']).default('guess'),
  overrides: z.record(z.string(), z.boolean()).default({}),
  on_error: z.enum(['fail', 'collect']).default('fail'),
  only: z.array(z.string()).optional(),
});

interface Place {
  project: Project;
  environment: Environment;
}

/** Every value of an environment at once: for `run`, and as a `.env` file, out and in. */
export function envFileRoutes(ctx: Context) {
  const app = createRoutes();

  const findPlace = (caller: Caller, segment: string, name: string): Place => {
    const found = getProject(ctx, segment);
    requireProject(caller, found.id);
    return { project: found, environment: getEnvironment(ctx, found.id, name) };
  };
  const findPlaceToReveal = (caller: Caller, segment: string, name: string): Place => {
    requirePermission(caller, 'environments:reveal');
    requireConfirmedPerson(caller, ctx.clock.now());
    return findPlace(caller, segment, name);
  };
  /** Noted once, with how many, before anything is shown. */
  const noteAll = (operation: string, caller: Caller, place: Place, count: number) =>
    ctx.audit.append({
      operation,
      caller,
      data: { project: place.project.name, environment: place.environment.name, count },
    });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/variables/resolved',
      request: {
        params: project,
        query: z.object({ environment, skip_unreadable: z.enum(['true', 'false']).default('false') }),
      },
      responses: answer(resolvedVariablesShape, 'Every value, references resolved'),
    }),
    (c) => {
      const caller = c.get('caller');
      const query = c.req.valid('query');
      const place = findPlaceToReveal(caller, c.req.valid('param').project, query.environment);
      const skipUnreadable = query.skip_unreadable === 'true';
      const resolution = resolveVariables(ctx, place.project.id, place.environment.id, skipUnreadable);
      noteAll('ENV_VARS_RESOLVED', caller, place, resolution.variables.length);
      return c.json({
        variables: resolution.variables.map(({ key, value, isSecret }) => ({
          key,
          value: value.reveal(),
          is_secret: isSecret,
        })),
        skipped: resolution.skipped,
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/variables/export',
      request: { params: project, query: z.object({ environment }) },
      responses: {
        200: {
          description: 'The variables as a .env file',
          content: { 'text/plain': { schema: z.string() } },
        },
      },
    }),
    (c) => {
      const caller = c.get('caller');
      const { environment: name } = c.req.valid('query');
      const place = findPlaceToReveal(caller, c.req.valid('param').project, name);
      const variables = listVariables(ctx, place.project.id, { environmentId: place.environment.id });
      const text = printEnv(
        variables.map((variable) => ({ name: variable.key, value: revealVariable(ctx, variable).reveal() })),
      );
      noteAll('ENV_VARS_EXPORTED', caller, place, variables.length);
      return c.text(text);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/variables/import',
      request: { params: project, ...body(importBody) },
      responses: answer(importOutcomeShape, 'What changed, with the values of plain variables'),
    }),
    (c) => {
      const caller = c.get('caller');
      requirePermission(caller, 'environments:write');
      const request = c.req.valid('json');
      if (request.mode === 'replace') requirePermission(caller, 'environments:delete');
      const place = findPlace(caller, c.req.valid('param').project, request.environment);
      const wanted = toImportRequest(request, caller, place.environment.id);
      const outcome = ctx.store.transaction(() => {
        const imported = importEnvFile(ctx, place.project.id, wanted);
        if (!request.dry_run) noteImport(caller, place, imported);
        return imported;
      });
      return c.json(toImportJson(request.dry_run, outcome));
    },
  );

  function noteImport(
    caller: Caller,
    place: Place,
    { added, changed, removed }: ReturnType<typeof importEnvFile>,
  ): void {
    const scope = { projectId: place.project.id, name: place.project.name };
    for (const { variableId, key, isSecret } of removed) {
      const variable = { id: variableId ?? 0, key, isSecret, environments: [place.environment] };
      noteVariable(ctx, 'ENV_VAR_DELETED', caller, scope, variable);
    }
    ctx.audit.append({
      operation: 'ENV_VARS_IMPORTED',
      caller,
      data: {
        project: place.project.name,
        environment: place.environment.name,
        added: added.length,
        changed: changed.length,
        removed: removed.length,
      },
    });
  }

  return app;
}

function toImportRequest(
  request: z.infer<typeof importBody>,
  caller: Caller,
  environmentId: number,
): ImportRequest {
  return {
    content: Buffer.from(request.content_base64, 'base64'),
    environmentId,
    mode: request.mode,
    dryRun: request.dry_run,
    secret: request.secret,
    overrides: request.overrides,
    onError: request.on_error,
    only: request.only ? new Set(request.only) : null,
    changedBy: caller.label,
    mayRead: caller.permissions.includes('environments:read'),
    mayReveal: caller.permissions.includes('environments:reveal'),
  };
}
