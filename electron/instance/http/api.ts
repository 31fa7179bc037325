import { OpenAPIHono } from '@hono/zod-openapi';
import { AppError, type FieldErrors } from '../app-error.ts';
import type { Caller } from './caller.ts';

export interface ApiEnv {
  Variables: {
    caller: Caller;
    requestId: string;
  };
}

/** An empty route collection whose schema failures become `invalid_request` with field errors. */
export function createRoutes(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const fields: FieldErrors = {};
      for (const issue of result.error.issues) {
        fields[issue.path.join('.') || 'body'] ??= issue.message;
      }
      throw new AppError('invalid_request', 'Some fields are missing or wrong.', { fields });
    },
  });
}
