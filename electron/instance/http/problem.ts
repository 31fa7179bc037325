import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { AppError, type ErrorCode, errorKinds } from '../kernel/app-error.ts';
import type { Log } from '../kernel/log.ts';

/** Every error answer of the API. */
export const problemShape = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    instance: z.string(),
    timestamp: z.string(),
    error_code: z.enum(Object.keys(errorKinds) as ErrorCode[]),
    errors: z.record(z.string(), z.string()).optional().openapi({ description: 'Error messages by field' }),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .openapi({ description: 'Data for clients to act on' }),
  })
  .openapi('Problem');

/**
 * Turns what was thrown into an RFC 9457 problem. An error that is not an AppError is reported as
 * `internal_error` with the request's id alone.
 *
 * SECURITY: neither the message nor the stack of an unforeseen error leaves the process or reaches the log with
 * request data: a library's message may quote what it was given.
 */
export function toProblem(
  thrown: unknown,
  request: { path: string; id: string },
  log: Log,
  nowMs: number,
): Response {
  const error =
    thrown instanceof AppError
      ? thrown
      : new AppError('internal_error', `Unexpected error. Request ${request.id}.`);
  if (!(thrown instanceof AppError))
    log.error({ request: request.id, path: request.path, ...describe(thrown) }, 'a request failed');
  else if (error.status >= 500)
    log.warn({ request: request.id, path: request.path, code: error.code }, error.message);
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  const retryAfter = error.details?.retry_after_s;
  if (typeof retryAfter === 'number') headers.set('retry-after', String(Math.ceil(retryAfter)));
  const allow = error.details?.allow;
  // RFC 9110, 15.5.6: a 405 says what is allowed.
  if (error.code === 'method_not_allowed' && Array.isArray(allow)) headers.set('allow', allow.join(', '));
  return new Response(
    JSON.stringify({
      type: `urn:temps:error:${error.code}`,
      title: error.title,
      status: error.status,
      detail: error.message,
      instance: request.path,
      timestamp: new Date(nowMs).toISOString(),
      error_code: error.code,
      ...(error.fields ? { errors: error.fields } : {}),
      ...(error.details ? { details: error.details } : {}),
    }),
    { status: error.status, headers },
  );
}

/** Where it was thrown, never its message. */
function describe(error: unknown): { name: string; at: string | undefined } {
  if (!(error instanceof Error)) return { name: typeof error, at: undefined };
  return {
    name: error.name,
    at: error.stack
      ?.split('\n')
      .find((line) => line.includes('/electron/'))
      ?.trim(),
  };
}

/** A request id that came in, when it is harmless, else a new one. */
export function chooseRequestId(given: string | null): string {
  return given !== null && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}
