import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { type Act, requireAct, requireActSomewhere } from '../access/acts.ts';
import { type Caller, enterProject, noSuchProject, reachesProject } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
import { closeShape } from './closed-shape.ts';

/** Media type of a body that is no JSON. */
export const BYTES = 'application/octet-stream';

export interface ApiEnv {
  Variables: {
    caller: Caller;
    requestId: string;
    /** When the request came, for its caller's confirmation. */
    nowMs: number;
    /**
     * Identifies the caller by the same credentials again: for responses that outlast a request. Throws as
     * identifying does.
     */
    identifyAgain: () => Caller;
    /** Set by a route that only reads although its method could change something. */
    isQuestion?: boolean;
    /** Of a project by id, slug or name; null where there is none. */
    findProjectId: (segment: string) => number | null;
    /** The project in the path of the request, which is there for the caller. */
    projectId?: number;
    /** Projects that a request changed, where its path names none. */
    changedProjects?: readonly number[];
  };
}

/** The routes of a capability. */
export type Routes = OpenAPIHono<ApiEnv>;

/** An empty route collection whose schema failures become `invalid_request` with field errors. */
export function createRoutes(): Routes {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw explainIssues(result.error.issues);
    },
  });
}

/** Names of unknown fields that are said: more than anyone reads. */
const MAX_UNKNOWN = 20;

function explainIssues(issues: readonly z.core.$ZodIssue[]): AppError {
  const fields = new Map<string, string>();
  const unknown: string[] = [];
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) unknown.push([...issue.path, sayKey(key)].join('.'));
      continue;
    }
    const name = issue.path.join('.') || 'body';
    if (!fields.has(name)) fields.set(name, issue.message);
  }
  const isUnknownAlone = fields.size === 0;
  for (const name of unknown.slice(0, MAX_UNKNOWN)) fields.set(name, 'not a field of this request');
  return new AppError(
    'invalid_request',
    isUnknownAlone
      ? `Nothing was done: this request has no ${unknown.length === 1 ? 'field' : 'fields'} ${unknown.slice(0, MAX_UNKNOWN).join(', ')}.`
      : 'Some fields are missing or invalid.',
    { fields: Object.fromEntries(fields) },
  );
}

/** SECURITY: what a client sent as a name is repeated only if it looks like one. */
function sayKey(key: string): string {
  return /^[\w$.-]{1,64}$/.test(key) ? key : '(no name of a field)';
}

/**
 * The act of a route, for `createRoute`: the caller is refused by it before anything of the request is read. `also`
 * are those the handler asks for with `requireAct`, where a request goes further.
 *
 * SECURITY: this is the one place that decides on projects. A route with `{project}` in its path is refused as if there were no
 * such project unless it is there for the caller, who is in it from here on (`enterProject`): with what they may there. The
 * project is found once, here: `getProjectOf` gives the handler this one, whatever has that name by then.
 */
export function act(name: Act, ...also: Act[]): { 'x-acts': Act[]; middleware: MiddlewareHandler<ApiEnv> } {
  return {
    'x-acts': [name, ...also],
    async middleware(c, next) {
      const caller = c.get('caller');
      const segment = c.req.param('project');
      if (segment === undefined) requireAct(caller, name, c.get('nowMs'));
      else {
        const projectId = c.get('findProjectId')(segment);
        const entered = tryToEnter(caller, projectId);
        requireAct(entered ?? caller, name, c.get('nowMs'));
        if (entered === null || projectId === null) throw noSuchProject();
        c.set('caller', entered);
        c.set('projectId', projectId);
      }
      await next();
    },
  };
}

/** Null for a project that is not there. Throws `not_found` at once for who has roles in projects alone. */
function tryToEnter(caller: Caller, projectId: number | null): Caller | null {
  if (projectId !== null && reachesProject(caller, projectId)) return enterProject(caller, projectId);
  const isMember = !caller.projects.isAll && (caller.kind === 'user' || caller.kind === 'key');
  if (isMember) throw noSuchProject();
  return null;
}

/** As `act`, for what is of many projects: who may do it in one of them passes, and the handler leaves out the others. */
export function actSomewhere(
  name: Act,
  ...also: Act[]
): { 'x-acts': Act[]; middleware: MiddlewareHandler<ApiEnv> } {
  return {
    'x-acts': [name, ...also],
    async middleware(c, next) {
      requireActSomewhere(c.get('caller'), name, c.get('nowMs'));
      await next();
    },
  };
}

/** Throws unless every route names its act. SECURITY: a route without one would be open to everyone. */
export function requireActs({ openAPIRegistry }: Routes): void {
  for (const definition of openAPIRegistry.definitions)
    if (definition.type === 'route' && !('x-acts' in definition.route))
      throw new Error(`${definition.route.method.toUpperCase()} ${definition.route.path} names no act.`);
    else if (definition.type === 'route' && /^\/projects\/\{(?!project\})/.test(definition.route.path))
      throw new Error(`${definition.route.path} has a project under another name than {project}.`);
}

/** A required JSON body without fields that its shape does not name, for `createRoute`'s `request`. */
export function body<S extends z.ZodType>(schema: S) {
  return {
    body: { required: true, content: { 'application/json': { schema: closeShape(schema) } } },
  } as const;
}

/** A body of bytes, at most as long as any: for what is no JSON. For `createRoute`'s `request`. */
export const bytesBody = {
  body: { required: true, content: { [BYTES]: { schema: z.string().openapi({ format: 'binary' }) } } },
} as const;

export interface DeclaredRoute {
  method: string;
  path: string;
  takes: 'json' | 'bytes' | 'nothing';
  act: Act;
}

/** Every route, with what it declares to take. */
export function listDeclaredRoutes({ openAPIRegistry }: Routes): DeclaredRoute[] {
  return openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return [];
    const { method, path, request } = definition.route;
    const content = request?.body?.content;
    const [act] = (definition.route as unknown as { 'x-acts': [Act] })['x-acts'];
    return [
      {
        method: method.toUpperCase(),
        path,
        takes: content === undefined ? 'nothing' : BYTES in content ? 'bytes' : 'json',
        act,
      } as const,
    ];
  });
}

/** One JSON answer, for `createRoute`'s `responses`. Problems are the same everywhere and are not repeated. */
export function answer<S extends z.ZodType, Status extends 200 | 201 | 202 = 200>(
  schema: S,
  description: string,
  status: Status = 200 as Status,
) {
  return { [status]: { description, content: { 'application/json': { schema } } } } as {
    [K in Status]: { description: string; content: { 'application/json': { schema: S } } };
  };
}

/** An answer without a body. */
export function noContent(description: string) {
  return { 204: { description } } as const;
}
