import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import type { Surroundings } from './auto-lock-words.ts';
import { settingsOperations } from './operations.ts';
import { retentionJob } from './retention-job.ts';
import { settingsRoutes } from './settings-routes.ts';

export function settingsCapability(ctx: Context, surroundings: Surroundings): Capability {
  return {
    name: 'settings',
    resources: { settings: 'settings:read' },
    operations: settingsOperations,
    routes: settingsRoutes(ctx, surroundings),
    jobs: [retentionJob(ctx)],
  };
}
