import { createRoute, z } from '@hono/zod-openapi';
import type { TypedResponse } from 'hono';
import { act, answer, createRoutes } from '../http/api.ts';
import { pathId, queryInteger } from '../http/parameters.ts';
import { toAnswer } from '../http/to-answer.ts';
import type { Context } from '../kernel/context.ts';
import { type Actor, createNaming, listLabels, listPeople, type Naming, OWNER } from './actors.ts';
import type { AuditFilter, LoggedActor, WhoFilter } from './audit-log.ts';
import { auditActorsShape, auditLineShape, auditOperationsShape, toLineJson } from './audit-shapes.ts';
import { type LineWords, listDoneBy } from './line-words.ts';
import { auditOperations } from './operations.ts';

const TOTAL_HEADER = 'x-total-count';
/** Lines read at once for an export: a few milliseconds of work. */
const LINES_PER_READ = 500;

const filterQuery = z.object({
  operation_type: z.string().optional(),
  user_id: queryInteger,
  actor: z.string().optional().openapi({ description: 'By the name that the line has' }),
  who: z
    .string()
    .regex(/^(owner|instance|anonymous|(user|key|token) \d{1,15}|label .{1,1000})$/s, 'not as in an answer')
    .optional()
    .openapi({ description: '`who` of an actor: everything they did, whatever their names were' }),
  search: z.string().max(500).optional(),
  from: queryInteger,
  to: queryInteger,
});

/** `/audit`. */
export function auditRoutes(ctx: Context, words: LineWords) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/logs',
      ...act('activity_read'),
      request: {
        query: filterQuery.extend({
          limit: z.coerce.number().int().min(1).max(1000).default(100),
          offset: z.coerce.number().int().min(0).default(0).openapi({ type: 'integer' }),
        }),
      },
      responses: {
        200: {
          description: 'Newest first',
          headers: {
            [TOTAL_HEADER]: {
              description: 'Number of lines that match',
              schema: { type: 'integer' as const },
            },
          },
          content: { 'application/json': { schema: z.array(auditLineShape) } },
        },
      },
    }),
    (c) => {
      const { limit, offset, ...query } = c.req.valid('query');
      const filter = toFilter(ctx, words, query);
      const naming = createNaming(ctx);
      c.header(TOTAL_HEADER, String(ctx.audit.count(filter)));
      return c.json(
        ctx.audit.list(filter, { limit, offset }).map((line) => toLineJson(line, words, naming)),
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/logs/{id}',
      ...act('activity_read'),
      request: { params: z.object({ id: pathId }) },
      responses: answer(auditLineShape, 'One line'),
    }),
    (c) => {
      return c.json(toLineJson(ctx.audit.get(c.req.valid('param').id), words, createNaming(ctx)));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/operations',
      ...act('activity_read'),
      responses: answer(auditOperationsShape, 'Operations in the log, for filters'),
    }),
    (c) => {
      const operations = ctx.audit.listOperations();
      const titles = operations.map((name) => [name, words.operations.get(name)?.title ?? name] as const);
      return c.json({ operations, titles: Object.fromEntries(titles) });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/actors',
      ...act('activity_read'),
      responses: answer(auditActorsShape, 'Everyone in the log, and people who did nothing yet, for filters'),
    }),
    (c) => c.json(toAnswer(auditActorsShape, { actors: listActors(ctx) })),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/export',
      ...act('activity_read'),
      request: { query: filterQuery },
      responses: {
        200: {
          description: 'All matching lines, newest first, as JSON lines',
          content: { 'text/plain': { schema: z.string() } },
        },
      },
    }),
    (c) => {
      const caller = c.get('caller');
      const lines = streamLines(ctx, words, toFilter(ctx, words, c.req.valid('query')));
      ctx.audit.record(auditOperations.AUDIT_EXPORTED, caller);
      const day = new Date(ctx.clock.now()).toISOString().slice(0, 10);
      const headers = {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="audit-${day}.jsonl"`,
      };
      // The types know texts that are whole; this one may be larger than memory.
      return c.body(lines, 200, headers) as unknown as TypedResponse<string, 200, 'text'>;
    },
  );
  return app;
}

function toFilter(ctx: Context, words: LineWords, query: z.infer<typeof filterQuery>): AuditFilter {
  const { operation_type: operation, user_id: userId, actor, who, search, from, to } = query;
  return {
    operation,
    userId,
    actor,
    who: who === undefined ? who : toWho(ctx, words, who),
    search,
    from,
    to,
  };
}

function toWho(ctx: Context, words: LineWords, who: string): WhoFilter {
  const [kind = '', id] = who.split(' ', 2);
  const byPerson = listDoneBy(words, 'user_id');
  const byOwner = listDoneBy(words, 'owner');
  const common = { userId: null, labels: [], byPerson, byOwner };
  switch (kind) {
    case 'owner':
    case 'instance':
    case 'anonymous':
      return { ...common, kind };
    case 'user':
      return { ...common, kind, userId: Number(id) };
    default:
      return { ...common, kind: 'label', labels: listLabels(ctx, who) };
  }
}

/** Each once, people first, by name. */
function listActors(ctx: Context): Actor[] {
  const naming = createNaming(ctx);
  const found = [
    ...listPeople(ctx, naming),
    OWNER,
    ...ctx.audit.listActors().flatMap((logged) => nameLogged(logged, naming)),
  ];
  const kinds: Actor['kind'][] = ['owner', 'user', 'key', 'token', 'anonymous', 'instance'];
  return [...new Map(found.map((actor) => [actor.who, actor])).values()].toSorted(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.name.localeCompare(b.name),
  );
}

/** The first and the last who had the name: it may have gone from one to another. */
function nameLogged({ actorKind, userId, actor, first, last }: LoggedActor, naming: Naming): Actor[] {
  if (userId !== null) return [naming.user(userId, actor)];
  return actorKind === 'user' ? [] : [naming.byLabel(actor, first), naming.byLabel(actor, last)];
}

/** From the newest line of now to the oldest, read as fast as they are taken. */
function streamLines(ctx: Context, words: LineWords, filter: AuditFilter): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const naming = createNaming(ctx);
  let before = Number.MAX_SAFE_INTEGER;
  return new ReadableStream({
    pull(controller) {
      const lines = ctx.audit.listBefore(filter, before, LINES_PER_READ);
      const last = lines.at(-1);
      if (!last) return controller.close();
      before = last.id;
      controller.enqueue(
        encoder.encode(lines.map((line) => `${JSON.stringify(toLineJson(line, words, naming))}\n`).join('')),
      );
    },
  });
}
