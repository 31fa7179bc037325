import type { Context } from '../kernel/context.ts';
import type { VaultCore } from './vault-core.ts';
import type { VaultJobs } from './vault-jobs.ts';

/** What the routes of the vault work with. */
export interface VaultRouteDeps {
  core: VaultCore;
  jobs: VaultJobs;
  ctx: Context;
}
