import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import type { VaultCore } from '../vault/vault-core.ts';
import { diagnosticsRoutes } from './diagnostics-routes.ts';
import { diskJob } from './disk-job.ts';
import { integrityJob } from './integrity-job.ts';

/** What helps to find a fault, and the look for damage in the database. */
export function diagnosticsCapability(ctx: Context, core: VaultCore): Capability {
  return {
    name: 'diagnostics',
    resources: {},
    operations: {},
    routes: diagnosticsRoutes(ctx, core),
    jobs: [integrityJob(ctx, core), diskJob(ctx)],
  };
}
