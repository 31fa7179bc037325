import { createRoute, z } from '@hono/zod-openapi';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { type Caller, enterProject, reachesProject } from '../access/caller.ts';
import { type Permission, permissions } from '../access/permissions.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import type { EventName } from '../kernel/events.ts';
import { act, createRoutes } from './api.ts';

/** How often a stream sends: many changes become one message. */
const TICK_MS = 250;
/** How often an idle stream sends a ping and checks that its listener is still allowed. */
const PING_MS = 15_000;
/** Each window of a console has one, and each is looked at four times a second. */
const MAX_PER_CALLER = 20;
const MAX_STREAMS = 200;

/** A live view of a capability: the current response of its route, sent whenever its event happens. */
export interface LiveView {
  /** As the message is called, too. */
  event: Exclude<EventName, 'changed'>;
  permission: Permission;
  /** Sent once at the start, so that nothing is missed between a request and the stream. */
  atStart: boolean;
  render(): unknown;
}

/** The views of the capabilities, and the permissions needed to be told about changes of a resource. */
export interface Feed {
  views: readonly LiveView[];
  /** SECURITY: changes of a resource that is not listed are sent only to callers with all permissions. */
  heardWith: ReadonlyMap<string, Permission>;
}

const CHANGED = 'changed';

/** Tells every open window that a request changed `path`, through whichever door. */
export function announceChange(
  ctx: Context,
  path: string,
  caller: Caller,
  projectIds: readonly number[],
): void {
  const [, api, resource = ''] = path.split('/');
  if (api !== 'api' || !/^[a-z][a-z-]*$/.test(resource)) return;
  const userId = 'userId' in caller ? caller.userId : null;
  ctx.events.emit(CHANGED, { resource, userId, projectIds });
}

interface Waiting {
  users: Set<number | null>;
  projects: Set<number>;
}

/** One open stream: what waits to be sent, and its end. */
interface Listener {
  /** Who listens, whichever of their sessions and keys it is. */
  who: string;
  views: Set<LiveView>;
  /** Resource → whose changes of it are waiting, and in which projects. */
  changed: Map<string, Waiting>;
  end(): void;
}

/** `/events`: one stream of changes for everything a window shows. */
export function changeFeedRoutes(ctx: Context, { views, heardWith }: Feed) {
  const app = createRoutes();
  const listeners = listen(ctx, views);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/events',
      ...act('changes_listen'),
      description:
        'Server-sent events. `changed` has {"resource"}, the first segment of the path of a request that changed something; `ping` is sent every 15 seconds; other events have the response of the route with that name.',
      responses: {
        200: { description: 'Changes', content: { 'text/event-stream': { schema: z.string() } } },
      },
    }),
    (c) => {
      const caller = c.get('caller');
      requireRoom(listeners, nameListener(caller));
      // A HEAD request has no body to read: a stream for it would never end.
      if (c.req.raw.method === 'HEAD') return c.body(null);
      const identifyAgain = c.get('identifyAgain');
      const findListener = () => stillTheSame(caller, identifyAgain);
      return streamSSE(c, (stream) =>
        serve(stream, nameListener(caller), findListener).catch(() => undefined),
      );
    },
  );

  async function serve(
    stream: SSEStreamingApi,
    who: string,
    findListener: () => Caller | null,
  ): Promise<void> {
    const ended = Promise.withResolvers<void>();
    let open = true;
    const listener: Listener = {
      who,
      views: new Set(views.filter(({ atStart }) => atStart)),
      changed: new Map(),
      end() {
        open = false;
        ended.resolve();
      },
    };
    stream.onAbort(listener.end);
    if (ctx.stopping.aborted) return;
    listeners.add(listener);
    let spokeAt = ctx.clock.now();
    try {
      while (open) {
        for (const message of takeMessages(listener, heardWith)) {
          // SECURITY: checked before every message: a caller who signed out or lost a permission receives nothing
          // more.
          const caller = findListener();
          if (!caller || !open) return;
          if (!message.isFor(caller)) continue;
          await stream.writeSSE({ event: message.event, data: JSON.stringify(message.render()) });
          spokeAt = ctx.clock.now();
        }
        if (isPast(spokeAt, ctx.clock.now())) {
          if (!findListener()) return;
          await stream.writeSSE({ event: 'ping', data: '' });
          spokeAt = ctx.clock.now();
        }
        await Promise.race([ended.promise, stream.sleep(TICK_MS)]);
      }
    } finally {
      listeners.delete(listener);
    }
  }

  return app;
}

/** One listener of the context's events for all streams, however many there are. */
function listen(ctx: Context, views: readonly LiveView[]): Set<Listener> {
  const listeners = new Set<Listener>();
  for (const view of views)
    ctx.events.on(view.event, () => {
      for (const { views: due } of listeners) due.add(view);
    });
  ctx.events.on(CHANGED, ({ resource, userId, projectIds = [] }) => {
    for (const { changed } of listeners) {
      const { users, projects } = changed.get(resource) ?? { users: new Set(), projects: new Set() };
      for (const id of projectIds) projects.add(id);
      changed.set(resource, { users: users.add(userId), projects });
    }
  });
  ctx.stopping.addEventListener('abort', () => {
    for (const listener of listeners) listener.end();
  });
  return listeners;
}

interface Message {
  event: string;
  isFor(caller: Caller): boolean;
  render(): unknown;
}

/** Taken before the first await: changes during a slow write are sent next time. */
function takeMessages(listener: Listener, heardWith: Feed['heardWith']): Message[] {
  const messages: Message[] = [
    ...[...listener.views].map(({ event, permission, render }) => ({
      event,
      isFor: (caller: Caller) => caller.permissions.includes(permission),
      render,
    })),
    ...[...listener.changed].map(([resource, waiting]) => ({
      event: CHANGED,
      isFor: (caller: Caller) => mayHear(caller, heardWith.get(resource), waiting),
      render: () => ({ resource }),
    })),
  ];
  listener.views.clear();
  listener.changed.clear();
  return messages;
}

/** People also receive their own changes, for their other windows. SECURITY: of projects that are there for them alone. */
function mayHear(caller: Caller, needed: Permission | undefined, { users, projects }: Waiting): boolean {
  if ('userId' in caller && caller.userId !== null && users.has(caller.userId)) return true;
  const all = needed ? [needed] : permissions;
  const mayIn = (here: Caller) => all.every((permission) => here.permissions.includes(permission));
  if (mayIn(caller)) return true;
  return [...projects].some((id) => reachesProject(caller, id) && mayIn(enterProject(caller, id)));
}

/** A person and the keys they made are one listener. */
function nameListener(caller: Caller): string {
  if ('userId' in caller && caller.userId !== null) return `user ${caller.userId}`;
  return caller.kind === 'key' ? `key ${caller.apiKeyId}` : caller.kind;
}

/** Throws `too_many_streams`. */
function requireRoom(listeners: ReadonlySet<Listener>, who: string): void {
  const own = [...listeners].filter((listener) => listener.who === who).length;
  if (own >= MAX_PER_CALLER)
    throw new AppError(
      'too_many_streams',
      `You have ${MAX_PER_CALLER} streams of changes open: close one first.`,
    );
  if (listeners.size >= MAX_STREAMS)
    throw new AppError('too_many_streams', `${MAX_STREAMS} streams of changes are open: try again later.`);
}

/** The listener with current permissions; null when their session or key ended, or belongs to someone else. */
function stillTheSame(first: Caller, identifyAgain: () => Caller): Caller | null {
  try {
    const caller = identifyAgain();
    return identityOf(caller) === identityOf(first) ? caller : null;
  } catch {
    return null;
  }
}

function identityOf(caller: Caller): string {
  switch (caller.kind) {
    case 'owner':
      return `owner ${caller.via} ${caller.sessionId}`;
    case 'user':
      return `user ${caller.userId} ${caller.sessionId}`;
    case 'key':
      return `key ${caller.apiKeyId}`;
    default:
      return caller.kind;
  }
}

/** If the clock was set back, checks immediately. */
function isPast(sinceMs: number, nowMs: number): boolean {
  return nowMs < sinceMs || nowMs - sinceMs >= PING_MS;
}
