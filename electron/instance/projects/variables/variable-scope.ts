import { z } from '@hono/zod-openapi';
import { type Caller, requireProject } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { getProject } from '../projects.ts';
import type { Scope } from './variable-notes.ts';

/** Where the routes of variables hang. The same routes serve both scopes. */
export interface ScopePath {
  path: string;
  params: z.ZodObject;
  /** Throws `not_found`, for what a token has nothing to do with too. Call after asking for the permission. */
  find(caller: Caller, params: Record<string, string>): Scope;
}

export function listScopePaths(ctx: Context): ScopePath[] {
  return [
    {
      path: '/projects/{project}/env-vars',
      params: z.object({ project: z.string() }),
      find(caller, params) {
        const project = getProject(ctx, params.project ?? '');
        requireProject(caller, project.id);
        return { projectId: project.id, name: project.name };
      },
    },
    {
      path: '/shared-variables',
      params: z.object({}),
      find(caller) {
        // SECURITY: a deployment token gets shared values through its own project's references alone.
        if (caller.kind === 'token') throw new AppError('not_found', 'This path does not exist.');
        return { projectId: null, name: 'shared' };
      },
    },
  ];
}
