import type { components, paths } from '../api-types.d.ts';
import { CommandError } from './command-error.ts';

/** The API's named shapes: `Schemas['VaultStatus']`. */
export type Schemas = components['schemas'];

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that take a method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: object } ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

/** Optional fields of a query or body may also be undefined: they are not sent. */
type OrUndefined<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** The JSON body of a call. */
export type Body<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { requestBody: { content: { 'application/json': infer Json } } }
    ? OrUndefined<Json>
    : never;

type PathOption<O> = O extends { parameters: { path: infer Path } }
  ? { path: { [K in keyof Path]: NonNullable<Path[K]> } }
  : { path?: never };
type QueryOption<O> = O extends { parameters: { query?: infer Query } }
  ? { query?: OrUndefined<NonNullable<Query>> }
  : { query?: never };
type BodyOption<P extends keyof paths, M extends Method> = [Body<P, M>] extends [never]
  ? { body?: never }
  : { body: Body<P, M> };

type Options<P extends keyof paths, M extends Method> = PathOption<Operation<P, M>> &
  QueryOption<Operation<P, M>> &
  BodyOption<P, M>;

type Content<R> = R extends { content: infer C } ? C[keyof C] : undefined;
/** The body of a successful response: JSON, text, or nothing. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer Responses }
    ? {
        [Status in keyof Responses]: Status extends 200 | 201 | 202 | 204
          ? Content<Responses[Status]>
          : never;
      }[keyof Responses]
    : never;

/** One method of the API; path parameters, query, body and response are typed by the path. */
export type Call<M extends Method> = <P extends PathWith<M>>(
  path: P,
  ...options: object extends Options<P, M> ? [options?: Options<P, M>] : [options: Options<P, M>]
) => Promise<Answer<P, M>>;

/** A path parameter. */
export interface PathValues {
  path?: Readonly<Record<string, string | number>>;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
}

/**
 * `/projects/{project}` with encoded parameters and query. Throws `not_found` for a value that cannot be one path
 * segment.
 */
export function formatPath(template: string, { path = {}, query = {} }: PathValues): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeSegment(name, Object.hasOwn(path, name) ? path[name] : undefined),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? filled : `${filled}?${search}`;
}

function encodeSegment(name: string, value: string | number | undefined): string {
  if (value === undefined) throw new TypeError(`The path parameter ${name} is missing.`);
  const text = String(value);
  // SECURITY: `..` leads to another path, however it is encoded (WHATWG URL, double-dot path segment).
  if (text === '' || text === '.' || text === '..')
    throw new CommandError('not_found', `There is no ${name} "${text}".`);
  return encodeURIComponent(text);
}
