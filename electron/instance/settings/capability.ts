import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import { settingsOperations } from './operations.ts';
import { retentionJob } from './retention-job.ts';
import { settingsRoutes } from './settings-routes.ts';

export function settingsCapability(ctx: Context): Capability {
  return {
    name: 'settings',
    resources: { settings: 'settings:read' },
    operations: settingsOperations,
    routes: settingsRoutes(ctx),
    jobs: [retentionJob(ctx)],
  };
}
