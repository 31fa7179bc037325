import { z } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import { seesShared } from '../../access/caller.ts';
import type { ApiEnv } from '../../http/api.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { getProjectOf } from '../project-of.ts';
import type { Scope } from './variable-notes.ts';

/** Where the routes of variables hang. The same routes serve both scopes. */
export interface ScopePath {
  path: string;
  params: z.ZodObject;
  /** Throws `not_found`, for what is not there for the caller too. Call after asking for the permission. */
  find(c: HonoContext<ApiEnv>): Scope;
}

export function listScopePaths(ctx: Context): ScopePath[] {
  return [
    {
      path: '/projects/{project}/env-vars',
      params: z.object({ project: z.string() }),
      find(c) {
        const { id, name } = getProjectOf(ctx, c);
        return { projectId: id, name };
      },
    },
    {
      path: '/shared-variables',
      params: z.object({}),
      find(c) {
        // SECURITY: who has some projects alone gets shared values through what these refer to.
        if (!seesShared(c.get('caller'))) throw new AppError('not_found', 'This path does not exist.');
        return { projectId: null, name: 'shared' };
      },
    },
  ];
}
