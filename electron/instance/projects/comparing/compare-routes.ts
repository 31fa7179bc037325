import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../../access/acts.ts';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import { sendLong } from '../../http/long-json.ts';
import { displayName } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { createQueue } from '../../kernel/queue.ts';
import { type Environment, getEnvironment, listEnvironments } from '../environments.ts';
import { getProjectOf } from '../project-of.ts';
import { environmentShape, toEnvironmentJson } from '../project-shapes.ts';
import type { Project } from '../projects.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import { sightOf } from '../variables/variable-notes.ts';
import { compareEnvironments } from './compare-environments.ts';
import { comparisonShape, copyOutcomeShape } from './compare-shapes.ts';
import { conflictChoices, copyEnvironment, copyVariables } from './copy-variables.ts';

const projectParam = z.object({ project: z.string() });
const copyBody = z.object({
  from: z.string(),
  to: z.string(),
  /** Names to copy; all unless said. */
  only: z.array(z.string().max(500)).min(1).max(10_000).optional(),
  conflicts: z.enum(conflictChoices).default('skip'),
  dry_run: z.boolean().default(false),
});

/** Environments of a project side by side: compared, and copied from one to another. */
export function compareRoutes(ctx: Context, reads: ReadRecorder) {
  const app = createRoutes();
  /** SECURITY: what one keeps is bounded, so one at a time, what all keep is bounded too. */
  const comparing = createQueue();
  const copying = createQueue();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/variables/comparison',
      ...act('variables_read', 'variables_reveal'),
      request: {
        params: projectParam,
        query: z.object({
          /** Two or more, by id, slug or name, with commas between them; all unless said. */
          environments: z.string().max(20_000).optional(),
          /** `compare` takes what revealing them takes, and is kept as a reading of each. */
          secrets: z.enum(['compare', 'leave']).default('leave'),
        }),
      },
      responses: answer(
        comparisonShape,
        'Where variables are, and whether their values are the same; no values',
      ),
    }),
    async (c) => {
      const caller = c.get('caller');
      const query = c.req.valid('query');
      const withSecrets = query.secrets === 'compare';
      if (withSecrets) requireAct(caller, 'variables_reveal', ctx.clock.now());
      const project = getProjectOf(ctx, c);
      const environments = findAll(ctx, project, query.environments);
      return await comparing(async () => {
        const variables = await compareEnvironments(
          ctx,
          reads,
          caller,
          { project, environments },
          withSecrets,
        );
        return await sendLong(c, toAnswer(comparisonShape, { environments, variables }));
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/variables/copy',
      // As an import: it says which secrets have the same value already.
      ...act('variables_import'),
      request: { params: projectParam, ...body(copyBody) },
      responses: answer(copyOutcomeShape, 'What was copied; no values'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      const project = getProjectOf(ctx, c);
      const from = getEnvironment(ctx, project.id, request.from);
      const place = { project, environment: getEnvironment(ctx, project.id, request.to) };
      return await copying(async () => {
        const outcome = await copyVariables(ctx, reads, caller, from, place, {
          only: request.only ? new Set(request.only) : null,
          conflicts: request.conflicts,
          dryRun: request.dry_run,
          sight: sightOf(caller),
        });
        return await sendLong(c, toAnswer(copyOutcomeShape, { dryRun: request.dry_run, ...outcome }));
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/environments/{environment}/copy',
      ...act('environments_change'),
      request: {
        params: projectParam.extend({ environment: z.string() }),
        ...body(
          z.object({
            name: displayName(500),
            branch: z.string().max(500).nullish(),
            set_as_preview: z.boolean().optional(),
          }),
        ),
      },
      responses: answer(environmentShape, 'The new environment, with the same variables', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      const params = c.req.valid('param');
      const request = c.req.valid('json');
      const project = getProjectOf(ctx, c);
      const place = { project, environment: getEnvironment(ctx, project.id, params.environment) };
      return await copying(async () => {
        const created = await copyEnvironment(ctx, caller, place, {
          name: request.name,
          branch: request.branch,
          isPreview: request.set_as_preview,
        });
        return c.json(toEnvironmentJson(created), 201);
      });
    },
  );

  return app;
}

/** In the order of the request. Throws `not_found`, `invalid_request`. */
function findAll(ctx: Context, project: Project, named: string | undefined): Environment[] {
  const all = listEnvironments(ctx, project.id);
  const wanted =
    named === undefined ? all : named.split(',').map((segment) => getEnvironment(ctx, project.id, segment));
  const found = [...new Map(wanted.map((environment) => [environment.id, environment])).values()];
  if (found.length < 2)
    throw new AppError('invalid_request', 'Comparing needs two environments.', {
      fields: { environments: 'two or more' },
    });
  return found;
}
