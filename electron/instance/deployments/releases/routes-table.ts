import type { Route, RouteState } from '../../edge/edge.ts';
import { getEnvironment } from '../../projects/environments.ts';
import { getProject } from '../../projects/projects.ts';
import type { DeploymentsCore } from '../deployments-core.ts';
import { isEnded } from '../vocabulary.ts';
import { type App, listApps, nameApp } from './apps.ts';
import { findLast } from './deployments.ts';

/** The domain below which apps are reached on this machine: it leads there by itself (RFC 6761 §6.3). */
export const LOCAL_DOMAIN = 'localhost';
export const nameOfApp = ({ name }: Pick<App, 'name'>): string => `${name}.${LOCAL_DOMAIN}`;

/**
 * Gives the edge the table of all apps. Resolves when it serves by it. Throws what the edge throws; the table from before stays in force
 * then.
 */
export async function publishRoutes(core: DeploymentsCore): Promise<void> {
  await core.publishing(async () => {
    await core.edge.setRoutes(listApps(core.ctx).map((app) => toRoute(core, app)));
  });
}

function toRoute(core: DeploymentsCore, app: App): Route {
  const { ctx, seen, switching } = core;
  const project = getProject(ctx, String(app.projectId));
  const environment = getEnvironment(ctx, project.id, String(app.environmentId));
  const runs = !app.isStopped && app.releaseId !== null;
  const target =
    switching.get(app.environmentId) ?? (runs ? (seen.get(app.environmentId)?.endpoint ?? null) : null);
  return {
    name: nameOfApp(app),
    app: nameApp({ project, environment }),
    state: target ? 'serving' : findRouteState(core, app),
    sinceMs: app.updatedAt,
    target,
  };
}

function findRouteState({ ctx, seen }: DeploymentsCore, app: App): RouteState {
  if (app.isStopped) return 'stopped';
  const last = findLast(ctx, app.environmentId);
  if (last && !isEnded(last.state)) return 'starting';
  if (app.releaseId === null) return 'failed';
  const known = seen.get(app.environmentId);
  if (known?.facts?.exit) return 'failed';
  return known?.facts === null && ctx.vault.isLocked ? 'locked' : 'starting';
}
