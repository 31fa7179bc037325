import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../app-error.ts';
import type { Context } from '../context.ts';
import { answer, body, createRoutes, noContent } from '../http/api.ts';
import { type Caller, requirePermission, requireProject } from '../http/caller.ts';
import { pathId, queryInteger } from '../http/parameters.ts';
import { SecretText } from '../vault/secret-text.ts';
import { printEnv } from './env-file.ts';
import { type ImportItem, importEnvFile } from './env-import.ts';
import { getEnvironment, listEnvironments, PRODUCTION } from './environments.ts';
import { getProject } from './projects.ts';
import { listUses, resolveVariables } from './references.ts';
import { guessSecret } from './secret-guess.ts';
import {
  importOutcomeShape,
  resolvedVariablesShape,
  searchResultsShape,
  toHistoryJson,
  toImportJson,
  toVariableJson,
  variableHistoryShape,
  variableShape,
  variableUsesShape,
  variableValueShape,
} from './variable-shapes.ts';
import {
  createVariable,
  deleteVariable,
  getVariable,
  getVariableByKey,
  listVariables,
  listVersions,
  revealVariable,
  revertVariable,
  updateVariable,
  type Variable,
} from './variables.ts';

const createBody = z.object({
  key: z.string().max(500),
  value: z.string(),
  environment_ids: z.array(z.number().int()).optional(),
  include_in_preview: z.boolean().optional(),
  is_secret: z.boolean().optional(),
});
const updateBody = createBody.partial().extend({ value: z.string().nullish() });

/** `******`, empty and absent mean "keep" for a secret: clients send back what they were shown. */
function isKept(value: string | null | undefined, variable: Variable): boolean {
  return (
    value === undefined || value === null || (variable.isSecret && (value === '' || /^\*{6,}$/.test(value)))
  );
}

/** Variables of a project, and the shared ones. The same routes serve both. */
export function variableRoutes(ctx: Context) {
  const app = createRoutes();
  addScope('/projects/{project}/env-vars', z.object({ project: z.string() }), (caller, params) => {
    const project = getProject(ctx, params.project ?? '');
    requireProject(caller, project.id);
    return { projectId: project.id, name: project.name };
  });
  addScope('/shared-variables', z.object({}), (caller) => {
    // SECURITY: a deployment token gets shared values through its own project's references alone.
    if (caller.kind === 'token') throw new AppError('not_found', 'There is nothing at this path.');
    return { projectId: null, name: 'shared' };
  });
  addFileRoutes();

  type Scope = { projectId: number | null; name: string };
  type FindScope = (caller: Caller, params: { project?: string }) => Scope;

  function addScope(path: string, params: z.ZodObject, findScope: FindScope): void {
    const one = params.extend({ id: pathId });
    const scopeOf = (c: { get(name: 'caller'): Caller; req: { param(): Record<string, string> } }) =>
      findScope(c.get('caller'), c.req.param());
    const note = (operation: string, caller: Caller, scope: Scope, key: string) =>
      ctx.audit.append({ operation, caller, data: { project: scope.name, key } });

    app.openapi(
      createRoute({
        method: 'get',
        path,
        request: {
          params,
          query: z.object({ environment_id: queryInteger, search: z.string().max(500).optional() }),
        },
        responses: answer(z.array(variableShape), 'Variables; secrets without their values'),
      }),
      (c) => {
        requirePermission(c.get('caller'), 'environments:read');
        const { environment_id, search } = c.req.valid('query');
        return c.json(
          listVariables(ctx, scopeOf(c).projectId, { environmentId: environment_id, search }).map(
            toVariableJson,
          ),
        );
      },
    );

    app.openapi(
      createRoute({
        method: 'post',
        path,
        request: { params, ...body(createBody) },
        responses: answer(variableShape, 'The variable', 201),
      }),
      (c) => {
        const caller = c.get('caller');
        requirePermission(caller, 'environments:write');
        const scope = scopeOf(c);
        const request = c.req.valid('json');
        const created = ctx.store.transaction(() => {
          const variable = createVariable(
            ctx,
            scope.projectId,
            {
              key: request.key,
              value: new SecretText(request.value),
              isSecret: request.is_secret ?? guessSecret(request.key, request.value).isSecret,
              environmentIds:
                request.environment_ids ??
                (scope.projectId === null ? [] : listEnvironments(ctx, scope.projectId).map(({ id }) => id)),
              includeInPreview: request.include_in_preview ?? false,
            },
            caller.label,
          );
          note('ENV_VAR_CREATED', caller, scope, variable.key);
          return variable;
        });
        return c.json(toVariableJson(created), 201);
      },
    );

    app.openapi(
      createRoute({
        method: 'put',
        path: `${path}/{id}`,
        request: { params: one, ...body(updateBody) },
        responses: answer(variableShape, 'The variable'),
      }),
      (c) => {
        const caller = c.get('caller');
        requirePermission(caller, 'environments:write');
        const scope = scopeOf(c);
        const id = Number(c.req.param('id'));
        const request = c.req.valid('json');
        const updated = ctx.store.transaction(() => {
          const old = getVariable(ctx, scope.projectId, id);
          const variable = updateVariable(
            ctx,
            scope.projectId,
            id,
            {
              ...(request.key === undefined ? {} : { key: request.key }),
              ...(isKept(request.value, old) ? {} : { value: new SecretText(request.value as string) }),
              ...(request.is_secret === undefined ? {} : { isSecret: request.is_secret }),
              ...(request.environment_ids === undefined ? {} : { environmentIds: request.environment_ids }),
              ...(request.include_in_preview === undefined
                ? {}
                : { includeInPreview: request.include_in_preview }),
            },
            caller.label,
          );
          note('ENV_VAR_UPDATED', caller, scope, variable.key);
          return variable;
        });
        return c.json(toVariableJson(updated));
      },
    );

    app.openapi(
      createRoute({
        method: 'delete',
        path: `${path}/{id}`,
        request: { params: one },
        responses: noContent('Deleted'),
      }),
      (c) => {
        const caller = c.get('caller');
        requirePermission(caller, 'environments:delete');
        const scope = scopeOf(c);
        ctx.store.transaction(() => {
          const variable = deleteVariable(ctx, scope.projectId, Number(c.req.param('id')));
          note('ENV_VAR_DELETED', caller, scope, variable.key);
        });
        return c.body(null, 204);
      },
    );

    app.openapi(
      createRoute({
        method: 'get',
        path: `${path}/{key}/value`,
        request: {
          params: params.extend({ key: z.string() }),
          query: z.object({ environment_id: queryInteger }),
        },
        responses: answer(variableValueShape, 'The value; noted in the audit log'),
      }),
      (c) => {
        const caller = c.get('caller');
        requirePermission(caller, 'environments:reveal');
        const scope = scopeOf(c);
        const variable = getVariableByKey(
          ctx,
          scope.projectId,
          c.req.param('key') ?? '',
          c.req.valid('query').environment_id,
        );
        const value = revealVariable(ctx, variable);
        if (variable.isSecret) note('ENV_VAR_REVEALED', caller, scope, variable.key);
        return c.json({ value: value.reveal() });
      },
    );

    app.openapi(
      createRoute({
        method: 'get',
        path: `${path}/{id}/history`,
        request: { params: one },
        responses: answer(variableHistoryShape, 'Versions; secrets without their values'),
      }),
      (c) => {
        requirePermission(c.get('caller'), 'environments:read');
        const variable = getVariable(ctx, scopeOf(c).projectId, Number(c.req.param('id')));
        return c.json(toHistoryJson(listVersions(ctx, variable.id)));
      },
    );

    app.openapi(
      createRoute({
        method: 'post',
        path: `${path}/{id}/revert`,
        request: { params: one, ...body(z.object({ version: z.number().int() })) },
        responses: answer(variableShape, 'The variable'),
      }),
      (c) => {
        const caller = c.get('caller');
        requirePermission(caller, 'environments:write');
        const scope = scopeOf(c);
        const reverted = ctx.store.transaction(() => {
          const variable = revertVariable(
            ctx,
            scope.projectId,
            Number(c.req.param('id')),
            c.req.valid('json').version,
            caller.label,
          );
          note('ENV_VAR_REVERTED', caller, scope, variable.key);
          return variable;
        });
        return c.json(toVariableJson(reverted));
      },
    );

    app.openapi(
      createRoute({
        method: 'get',
        path: `${path}/{id}/used-by`,
        request: { params: one },
        responses: answer(variableUsesShape, 'Variables that refer to it'),
      }),
      (c) => {
        requirePermission(c.get('caller'), 'environments:read');
        const { projectId } = scopeOf(c);
        const { usedBy, unread } = listUses(
          ctx,
          projectId,
          getVariable(ctx, projectId, Number(c.req.param('id'))),
        );
        return c.json({
          used_by: usedBy.map(({ id, projectId: owner, key }) => ({ id, project_id: owner, key })),
          unread,
        });
      },
    );
  }

  function addFileRoutes(): void {
    const project = z.object({ project: z.string() });
    const query = z.object({
      environment: z.string().default(PRODUCTION),
      skip_unreadable: z.enum(['true', 'false']).default('false'),
    });

    /** Every value of an environment at once: for `run` and for export. Noted once, with how many. */
    const resolveAll = (
      caller: Caller,
      segment: string,
      environment: string,
      skipUnreadable: boolean,
      operation: string,
    ) => {
      requirePermission(caller, 'environments:reveal');
      const found = getProject(ctx, segment);
      requireProject(caller, found.id);
      const target = getEnvironment(ctx, found.id, environment);
      const resolution = resolveVariables(ctx, found.id, target.id, skipUnreadable);
      ctx.audit.append({
        operation,
        caller,
        data: { project: found.name, environment: target.name, count: resolution.variables.length },
      });
      return resolution;
    };

    app.openapi(
      createRoute({
        method: 'get',
        path: '/projects/{project}/variables/resolved',
        request: { params: project, query },
        responses: answer(resolvedVariablesShape, 'Every value, references resolved'),
      }),
      (c) => {
        const { environment, skip_unreadable } = c.req.valid('query');
        const { variables, skipped } = resolveAll(
          c.get('caller'),
          c.req.valid('param').project,
          environment,
          skip_unreadable === 'true',
          'ENV_VARS_RESOLVED',
        );
        return c.json({
          variables: variables.map(({ key, value, isSecret }) => ({
            key,
            value: value.reveal(),
            is_secret: isSecret,
          })),
          skipped,
        });
      },
    );

    app.openapi(
      createRoute({
        method: 'get',
        path: '/projects/{project}/variables/export',
        request: { params: project, query: query.pick({ environment: true }) },
        responses: {
          200: {
            description: 'The variables as a .env file',
            content: { 'text/plain': { schema: z.string() } },
          },
        },
      }),
      (c) => {
        const caller = c.get('caller');
        requirePermission(caller, 'environments:reveal');
        const found = getProject(ctx, c.req.valid('param').project);
        requireProject(caller, found.id);
        const target = getEnvironment(ctx, found.id, c.req.valid('query').environment);
        const variables = listVariables(ctx, found.id, { environmentId: target.id });
        const text = printEnv(
          variables.map((variable) => ({
            name: variable.key,
            value: revealVariable(ctx, variable).reveal(),
          })),
        );
        ctx.audit.append({
          operation: 'ENV_VARS_EXPORTED',
          caller,
          data: { project: found.name, environment: target.name, count: variables.length },
        });
        return c.text(text);
      },
    );

    app.openapi(
      createRoute({
        method: 'post',
        path: '/projects/{project}/variables/import',
        request: {
          params: project,
          ...body(
            z.object({
              content_base64: z.base64(),
              environment: z.string().default(PRODUCTION),
              mode: z.enum(['merge', 'replace']).default('merge'),
              dry_run: z.boolean().default(false),
              secret: z.enum(['guess', 'all', 'none']).default('guess'),
              overrides: z.record(z.string(), z.boolean()).default({}),
            }),
          ),
        },
        responses: answer(importOutcomeShape, 'What changed, without values'),
      }),
      (c) => {
        const caller = c.get('caller');
        requirePermission(caller, 'environments:write');
        const request = c.req.valid('json');
        if (request.mode === 'replace') requirePermission(caller, 'environments:delete');
        const found = getProject(ctx, c.req.valid('param').project);
        requireProject(caller, found.id);
        const target = getEnvironment(ctx, found.id, request.environment);
        const outcome = ctx.store.transaction(() => {
          const imported = importEnvFile(ctx, found.id, {
            content: Buffer.from(request.content_base64, 'base64'),
            environmentId: target.id,
            mode: request.mode,
            dryRun: request.dry_run,
            secret: request.secret,
            overrides: request.overrides,
            changedBy: caller.label,
          });
          if (!request.dry_run) {
            const count = (items: ImportItem[]) => items.length;
            ctx.audit.append({
              operation: 'ENV_VARS_IMPORTED',
              caller,
              data: {
                project: found.name,
                environment: target.name,
                added: count(imported.added),
                changed: count(imported.changed),
                removed: count(imported.removed),
              },
            });
          }
          return imported;
        });
        return c.json(toImportJson(request.dry_run, outcome));
      },
    );

    app.openapi(
      createRoute({
        method: 'get',
        path: '/search',
        request: { query: z.object({ q: z.string().min(1).max(500) }) },
        responses: answer(searchResultsShape, 'Variables of every project, by name and plain value'),
      }),
      (c) => {
        const caller = c.get('caller');
        requirePermission(caller, 'environments:read');
        const rows = ctx.store.sqlite.prepare('SELECT id, name, slug FROM projects ORDER BY id').all() as {
          id: number;
          name: string;
          slug: string;
        }[];
        const visible = rows.filter((row) => caller.kind !== 'token' || row.id === caller.projectId);
        const search = c.req.valid('query').q;
        return c.json({
          results: visible.flatMap((row) =>
            listVariables(ctx, row.id, { search }).map((variable) => ({
              project: { id: row.id, name: row.name, slug: row.slug },
              ...toVariableJson(variable),
            })),
          ),
        });
      },
    );
  }

  return app;
}
