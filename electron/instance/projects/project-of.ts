import type { Context as HonoContext } from 'hono';
import { noSuchProject } from '../access/caller.ts';
import type { ApiEnv } from '../http/api.ts';
import type { Context } from '../kernel/context.ts';
import { findProjectById, type Project } from './projects.ts';

/**
 * The project in the path of a request. SECURITY: the one that its act has let the caller into, and not what has that name or slug
 * by now. Throws `not_found` where it was deleted since, and for a path without a project.
 */
export function getProjectOf(ctx: Context, c: HonoContext<ApiEnv>): Project {
  const id = c.get('projectId');
  const project = id === undefined ? null : findProjectById(ctx, id);
  if (!project) throw noSuchProject();
  return project;
}
