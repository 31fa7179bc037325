import { createRoute, z } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import { streamSSE } from 'hono/streaming';
import { type Caller, enterProject, listReached } from '../access/caller.ts';
import type { ApiEnv } from '../http/api.ts';
import { act, actSomewhere, answer, body, createRoutes, noContent } from '../http/api.ts';
import { toAnswer } from '../http/to-answer.ts';
import { AppError } from '../kernel/app-error.ts';
import { startSlices } from '../kernel/slices.ts';
import { getEnvironment } from '../projects/environments.ts';
import { getProjectOf } from '../projects/project-of.ts';
import {
  appListShape,
  appLogShape,
  appShape,
  appStatsShape,
  deploymentShape,
  engineShape,
  toAppJson,
  toDeploymentJson,
  toEngineJson,
} from './deployment-shapes.ts';
import type { DeploymentsCore, Place } from './deployments-core.ts';
import type { LogLine } from './engines/engine.ts';
import {
  type Enqueue,
  removeApp,
  requestDeployment,
  requireEngine,
  restartApp,
  startApp,
  stopApp,
} from './releases/app-actions.ts';
import { getApp, listApps } from './releases/apps.ts';
import { findServing } from './releases/containers.ts';
import { look } from './releases/look.ts';
import { openMask } from './releases/start-release.ts';
import type { Probe } from './vocabulary.ts';

const projectParam = z.object({ project: z.string() });
const environmentParam = projectParam.extend({ environment: z.string() });
const APP = '/projects/{project}/environments/{environment}/app';

const port = z.int().min(1).max(65_535).nullish();
const probe = z
  .object({
    kind: z.enum(['http', 'tcp']),
    path: z
      .string()
      .max(500)
      // SECURITY: of a request line: no space, no control character.
      .regex(/^\/[!-~]*$/, 'begins with a slash, and has no spaces'),
    below: z.int().min(200).max(600),
    within_s: z.int().min(1).max(600),
  })
  .partial()
  .optional()
  .openapi({ description: 'What is absent stays as it was' });

const deployBody = z.object({
  image: z.string().max(500).optional().openapi({ description: 'Absent: the one asked for last' }),
  port,
  probe,
  pull: z
    .boolean()
    .default(false)
    .openapi({ description: 'Whether its registry is asked although an image of this name is here' }),
});

/** How often a log that is followed checks that its reader still may. */
const CHECK_MS = 15_000;
const MAX_LINES = 5000;

/** What runs where, and what is done with it. */
export function appRoutes(core: DeploymentsCore, enqueue: Enqueue) {
  const app = createRoutes();
  const { ctx } = core;

  function getPlace(c: HonoContext<ApiEnv>, environment: string): Place {
    const project = getProjectOf(ctx, c);
    return { project, environment: getEnvironment(ctx, project.id, environment) };
  }
  async function listAll(projectIds: ReadonlySet<number> | null) {
    const apps = listApps(ctx).filter(({ projectId }) => projectIds === null || projectIds.has(projectId));
    core.engineStatus ??= await core.engine.look();
    return {
      apps: await Promise.all(apps.map((one) => toAppJson(core, one))),
      engine: toEngineJson(core.engineStatus),
    };
  }

  app.openapi(
    createRoute({
      method: 'get',
      path: '/apps',
      ...actSomewhere('apps_read'),
      responses: answer(appListShape, 'Apps of every project, and the engine that runs them'),
    }),
    async (c) => {
      const reached = listReached(c.get('caller'), 'deployments:read');
      return c.json(await listAll(reached === null ? null : new Set(JSON.parse(reached) as number[])));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/apps/engine',
      ...actSomewhere('engine_read'),
      responses: answer(engineShape, 'Docker as it is now, or why it cannot be used'),
    }),
    async (c) => {
      core.engineStatus = await core.engine.look();
      return c.json(toEngineJson(core.engineStatus));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/apps',
      ...act('apps_read'),
      request: { params: projectParam },
      responses: answer(appListShape, 'What the environments of the project run'),
    }),
    async (c) => c.json(await listAll(new Set([getProjectOf(ctx, c).id]))),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: APP,
      ...act('apps_read'),
      request: { params: environmentParam },
      responses: answer(appShape, 'What the environment runs'),
    }),
    async (c) => {
      const found = getApp(ctx, getPlace(c, c.req.valid('param').environment));
      return c.json(await toAppJson(core, found));
    },
  );

  const toFields = (request: z.output<typeof deployBody>) => ({
    image: request.image,
    port: request.port,
    probe: request.probe && toProbe(request.probe),
  });
  app.openapi(
    createRoute({
      method: 'post',
      path: `${APP}/deploy`,
      ...act('apps_deploy'),
      request: { params: environmentParam, ...body(deployBody) },
      responses: answer(deploymentShape, 'The deployment, which has been begun or waits for its turn', 202),
    }),
    async (c) => {
      const request = c.req.valid('json');
      const asked = await requestDeployment(
        core,
        enqueue,
        c.get('caller'),
        getPlace(c, c.req.valid('param').environment),
        { trigger: 'deploy', isPulled: request.pull, ...toFields(request) },
      );
      return c.json(toDeploymentJson(core, asked), 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: `${APP}/apply`,
      ...act('apps_control'),
      request: { params: environmentParam },
      responses: answer(
        deploymentShape,
        'A deployment of what runs, with the variables and limits of now',
        202,
      ),
    }),
    async (c) => {
      const place = getPlace(c, c.req.valid('param').environment);
      const asked = await requestDeployment(core, enqueue, c.get('caller'), place, {
        trigger: 'apply',
        isPulled: false,
      });
      return c.json(toDeploymentJson(core, asked), 202);
    },
  );

  const actions = [
    ['stop', stopApp, 'It is stopped, and stays so until it is started'],
    ['start', startApp, 'It is started'],
    ['restart', restartApp, 'It was stopped and started'],
  ] as const;
  for (const [name, perform, description] of actions)
    app.openapi(
      createRoute({
        method: 'post',
        path: `${APP}/${name}`,
        ...act('apps_control'),
        request: { params: environmentParam },
        responses: answer(appShape, description),
      }),
      async (c) => {
        const place = getPlace(c, c.req.valid('param').environment);
        await perform(core, c.get('caller'), place);
        return c.json(await toAppJson(core, getApp(ctx, place)), 200);
      },
    );

  app.openapi(
    createRoute({
      method: 'delete',
      path: APP,
      ...act('apps_remove'),
      request: { params: environmentParam },
      responses: noContent('It is stopped and removed, with its releases; its variables stay'),
    }),
    async (c) => {
      await removeApp(core, c.get('caller'), getPlace(c, c.req.valid('param').environment));
      return c.body(null, 204);
    },
  );

  const findContainerName = (place: Place): string | null => {
    getApp(ctx, place);
    return findServing(ctx, place.environment.id)?.name ?? null;
  };
  const tail = z.coerce.number().int().min(1).max(MAX_LINES).default(200);

  app.openapi(
    createRoute({
      method: 'get',
      path: `${APP}/logs`,
      ...act('apps_read'),
      request: { params: environmentParam, query: z.object({ tail }) },
      responses: answer(appLogShape, 'What it printed last, without values of its secrets'),
    }),
    async (c) => {
      const place = getPlace(c, c.req.valid('param').environment);
      const name = findContainerName(place);
      // SECURITY: without the values nothing can be hidden: while the vault is locked no line is shown.
      const mask = await openMask(core, place);
      await requireEngine(core);
      const lines = name === null ? [] : await core.engine.readLogs(name, c.req.valid('query').tail);
      const slices = startSlices();
      for (const line of lines) {
        if (slices.isOver()) await slices.next();
        line.text = mask(line.text);
      }
      return c.json(toAnswer(appLogShape, { lines }));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: `${APP}/logs/follow`,
      ...act('apps_read'),
      request: { params: environmentParam, query: z.object({ tail }) },
      description:
        'Server-sent events: `line` has {at, stream, text}; `ping` is sent every 15 seconds; `end` when there is no more.',
      responses: {
        200: { description: 'Lines as they come', content: { 'text/event-stream': { schema: z.string() } } },
      },
    }),
    async (c) => {
      const place = getPlace(c, c.req.valid('param').environment);
      const name = findContainerName(place);
      if (name === null) throw new AppError('no_app', 'This app does not run.');
      const mask = await openMask(core, place);
      await requireEngine(core);
      if (c.req.raw.method === 'HEAD') return c.body(null);
      const mayStill = allowedAgain(c, place.project.id);
      const ending = new AbortController();
      const signal = AbortSignal.any([ending.signal, ctx.stopping]);
      const lines = await core.engine.followLogs(name, c.req.valid('query').tail, signal);
      // SECURITY: the values that are hidden leave memory with the key.
      const unlisten = ctx.events.on('vault', () => ctx.vault.isLocked && ending.abort());
      return streamSSE(c, async (stream) => {
        stream.onAbort(() => ending.abort());
        const timer = setInterval(() => {
          if (mayStill()) void stream.writeSSE({ event: 'ping', data: '' }).catch(() => ending.abort());
          else ending.abort();
        }, CHECK_MS);
        // An app that prints without pause keeps nobody else waiting.
        const slices = startSlices();
        try {
          for await (const line of lines as AsyncIterable<LogLine>) {
            if (slices.isOver()) await slices.next();
            const data = JSON.stringify({ ...line, text: mask(line.text) });
            await stream.writeSSE({ event: 'line', data });
          }
          // Only what ended by itself is said to have ended.
          if (!signal.aborted) await stream.writeSSE({ event: 'end', data: '' });
        } catch {
          // It was ended, from either side.
        } finally {
          clearInterval(timer);
          unlisten();
          ending.abort();
          lines.destroy();
        }
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: `${APP}/stats`,
      ...act('apps_read'),
      request: { params: environmentParam },
      responses: answer(appStatsShape, 'What it uses now'),
    }),
    async (c) => {
      const place = getPlace(c, c.req.valid('param').environment);
      const name = findContainerName(place);
      await requireEngine(core);
      const stats = name === null ? null : await core.engine.readStats(name);
      if (!stats) throw new AppError('no_app', 'This app does not run.');
      await look(core, place.environment.id);
      return c.json(toAnswer(appStatsShape, stats));
    },
  );

  return app;
}

const toProbe = ({ within_s, ...rest }: NonNullable<z.output<typeof probe>>): Partial<Probe> =>
  Object.fromEntries(
    Object.entries({ ...rest, withinS: within_s }).filter(([, value]) => value !== undefined),
  );

/** SECURITY: whether who reads a log may still, now: a session may have ended, or a role in the project. */
function allowedAgain(c: HonoContext<ApiEnv>, projectId: number): () => boolean {
  const identifyAgain = c.get('identifyAgain');
  return () => {
    try {
      const caller: Caller = identifyAgain();
      return enterProject(caller, projectId).permissions.includes('deployments:read');
    } catch {
      return false;
    }
  };
}
