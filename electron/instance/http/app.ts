import { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import { requireAct } from '../access/acts.ts';
import type { Caller } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import {
  type ApiEnv,
  BYTES,
  type DeclaredRoute,
  listDeclaredRoutes,
  type Routes,
  requireActs,
} from './api.ts';
import { announceChange, changeFeedRoutes, type Feed } from './change-feed.ts';
import { createDamageFinder } from './damage.ts';
import { docsStyle, renderDocs } from './docs-page.ts';
import { readBody, requireJson, requireNoFields } from './json-body.ts';
import { probeRoutes } from './probes.ts';
import { chooseRequestId, problemShape, toProblem } from './problem.ts';
import { findSessionCookie } from './session-cookie.ts';

const VERSION = '0.1.0';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const UPSTREAM_SIGN_OUT = '/auth/cli/logout';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Credentials of a request. */
export interface Credentials {
  authorization: string | null;
  sessionCookie: string | null;
  ip: string | null;
}

/** From credentials to a caller; the door's own caller when there are none. Throws for credentials that are bad. */
export type Identify = (credentials: Credentials, doorCaller: Caller) => Caller;

/** Who sends requests without credentials through a door: asked again, by a function, where that can change. */
export type DoorCaller = Caller | (() => Caller);

export interface App {
  fetch(request: Request, door: DoorCaller): Promise<Response>;
}

export interface AppOptions {
  routes: readonly Routes[];
  feed: Feed;
  /** Declared names and texts for clients: part of the description. */
  words: object;
  identify: Identify;
  /** Told who changed something: they are there. */
  noteUse(caller: Caller): void;
  ctx: Context;
  /** Of a project by what a path names it with; null where there is none. */
  findProjectId: (segment: string) => number | null;
  /** Host names and addresses this instance answers to. */
  listHosts: () => string[];
  /** Pages and files of the console. */
  consoleRoutes: Hono;
}

/**
 * The one app behind every door. Order: limits, who is calling, same-origin, then the routes; an unknown path
 * under `/api` is a problem, never a page.
 */
export function createApp(options: AppOptions): App {
  const { routes, feed, words, identify, noteUse, ctx, findProjectId, listHosts, consoleRoutes } = options;
  const api = new OpenAPIHono<ApiEnv>();
  for (const route of routes) api.route('/', route);
  api.route('/', changeFeedRoutes(ctx, feed));
  requireActs(api);
  const declared = listDeclaredRoutes(api);
  const findRoute: FindRoute = (method, path) =>
    declared.find((route) => route.method === method && matches(`/api${route.path}`, path));
  api.openAPIRegistry.register('Problem', problemShape);
  let described: ReturnType<typeof api.getOpenAPI31Document> | undefined;
  // Serialised once: the routes do not change, and requests, also anonymous ones, must be cheap.
  const document = () => {
    described ??= {
      ...api.getOpenAPI31Document({
        openapi: '3.1.0',
        info: { title: 'Temps', version: VERSION },
        servers: [{ url: '/api' }],
      }),
      'x-words': words,
    };
    return described;
  };
  api.get('/openapi.json', (c) => c.json(document()));
  api.get('/docs', (c) => {
    requireAct(c.get('caller'), 'signed_in', c.get('nowMs'));
    return c.html(renderDocs(document()));
  });
  api.all('*', (c) => {
    const path = c.req.path.slice('/api'.length);
    const others = api.routes
      .filter((route) => route.method !== 'ALL' && matches(route.path, path))
      .map((route) => route.method);
    if (others.length > 0) {
      const allow = [...new Set(others)];
      throw new AppError('method_not_allowed', `This path only allows ${allow.join(', ')}.`, {
        details: { allow },
      });
    }
    throw new AppError('not_found', 'This path does not exist.');
  });

  const app = new OpenAPIHono<ApiEnv & { Bindings: { findDoorCaller: () => Caller } }>();
  app.use('*', async (c, next) => {
    const requestId = chooseRequestId(c.req.header('x-request-id') ?? null);
    c.set('requestId', requestId);
    await next();
    c.header('x-request-id', requestId);
    setSecurityHeaders(c.res.headers, c.req.path);
  });
  app.route('/', probeRoutes(ctx));
  app.use('*', async (c, next) => {
    const { findDoorCaller } = c.env;
    const door = findDoorCaller();
    if (door.kind === 'anonymous') requireKnownHost(c.req.header('host'), listHosts());
    const cookie = findSessionCookie(c, ctx);
    const authorization = c.req.header('authorization') ?? null;
    const credentials = { authorization, sessionCookie: cookie, ip: door.ip };
    const caller = identify(credentials, door);
    // SECURITY: browsers send the cookie automatically, so requests that change something must come from our own
    // pages.
    if (!SAFE_METHODS.has(c.req.method) && cookie !== null && authorization === null) {
      requireSameOrigin(c.req.header('origin'), c.req.header('host'));
    }
    c.set('caller', caller);
    c.set('nowMs', ctx.clock.now());
    c.set('findProjectId', findProjectId);
    c.set('identifyAgain', () => identify(credentials, findDoorCaller()));
    await next();
    if (!SAFE_METHODS.has(c.req.method) && c.res.ok && !c.get('isQuestion')) {
      const projectId = c.get('projectId');
      const projectIds = projectId === undefined ? (c.get('changedProjects') ?? []) : [projectId];
      announceChange(ctx, c.req.path, caller, projectIds);
      noteUse(caller);
    }
  });
  app.route('/api', api);
  app.get('/page.css', (c) => c.body(docsStyle, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.route('/', consoleRoutes);
  app.notFound(() => {
    throw new AppError('not_found', 'This path does not exist.');
  });
  const explain = createDamageFinder(ctx);
  app.onError(async (error, c) =>
    toProblem(
      await explain(error),
      { path: c.req.path, id: c.get('requestId') ?? 'unknown' },
      ctx.log,
      ctx.clock.now(),
    ),
  );

  async function answer(request: Request, door: DoorCaller): Promise<Response> {
    const findDoorCaller = typeof door === 'function' ? door : () => door;
    try {
      return await app.fetch(await prepare(request, findRoute), { findDoorCaller });
    } catch (error) {
      return toProblem(
        await explain(error),
        { path: new URL(request.url).pathname, id: chooseRequestId(null) },
        ctx.log,
        ctx.clock.now(),
      );
    }
  }
  return { fetch: answer };
}

type FindRoute = (method: string, path: string) => DeclaredRoute | undefined;

/**
 * SECURITY: what ends access or locks happens whatever came with the request. Other routes without a body refuse one that
 * has fields: none of them would count.
 */
const DONE_ANYWAY: ReadonlySet<DeclaredRoute['act']> = new Set([
  'sign_out',
  'vault_lock',
  'account_sessions_end',
  'presence_report',
]);

/**
 * Limits and shape of a request before any route sees it. `/api/api/*` is what upstream's client sends in places, and its
 * sign-out goes without `/api`.
 */
async function prepare(request: Request, findRoute: FindRoute): Promise<Request> {
  // Some that Node's parser lets in, TRACE among them, no Request may have (Fetch, 2.2.1).
  if (!METHODS.includes(request.method))
    throw new AppError('method_not_allowed', `Nothing here takes ${request.method}.`, {
      details: { allow: METHODS },
    });
  const url = new URL(request.url);
  if (url.pathname.startsWith('/api/api/')) url.pathname = url.pathname.slice('/api'.length);
  if (url.pathname === UPSTREAM_SIGN_OUT) url.pathname = `/api${UPSTREAM_SIGN_OUT}`;
  if (SAFE_METHODS.has(request.method))
    return new Request(url, { method: request.method, headers: request.headers, signal: request.signal });
  const bytes = await readBody(request);
  const headers = new Headers(request.headers);
  headers.delete('content-length');
  headers.delete('transfer-encoding');
  const route = findRoute(request.method, url.pathname);
  if (bytes.length === 0) headers.delete('content-type');
  else if (route?.takes === 'bytes') {
    if (headers.get('content-type') !== BYTES)
      throw new AppError('unsupported_media_type', `Send bytes with content-type: ${BYTES}.`);
  } else if (route) {
    // Of a path that is not there, or not for this method, that is said, and not what its body should have been.
    if (!/^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '')) {
      throw new AppError('unsupported_media_type', 'Send JSON with content-type: application/json.');
    }
    requireJson(bytes);
    if (route.takes === 'nothing' && !DONE_ANYWAY.has(route.act)) requireNoFields(bytes);
  }
  return new Request(url, {
    method: request.method,
    headers,
    body: bytes.length > 0 ? bytes : null,
    signal: request.signal,
  });
}

/** SECURITY: against DNS rebinding, the Host header must be one of our names. */
function requireKnownHost(host: string | undefined, known: string[]): void {
  const name = (host ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  if (!known.includes(name))
    throw new AppError('origin_refused', 'This instance does not accept this host name.');
}

function requireSameOrigin(origin: string | undefined, host: string | undefined): void {
  if (origin !== undefined && host !== undefined && origin === `https://${host}`) return;
  throw new AppError('origin_refused', 'This request did not come from the console.');
}

/** No HSTS: browsers would apply it to every other program on localhost. */
function setSecurityHeaders(headers: Headers, path: string): void {
  headers.set('x-content-type-options', 'nosniff');
  headers.set('referrer-policy', 'no-referrer');
  headers.set('x-frame-options', 'DENY');
  // The console brings its own, see console-files.ts.
  if (!headers.has('content-security-policy')) {
    headers.set(
      'content-security-policy',
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
  }
  if (path.startsWith('/api') && !headers.has('cache-control')) headers.set('cache-control', 'no-store');
}

function matches(pattern: string, path: string): boolean {
  const expected = pattern.split('/');
  const actual = path.split('/');
  return (
    expected.length === actual.length &&
    expected.every((part, at) => /^[:{]/.test(part) || part === actual[at])
  );
}
