import type { Context } from '../context.ts';
import { createRoutes } from '../http/api.ts';
import { copyRoutes } from './copy-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { recoveryRoutes } from './recovery-routes.ts';
import { rotationRoutes } from './rotation-routes.ts';
import { secretRoutes } from './secret-routes.ts';
import { statusRoutes } from './status-routes.ts';
import type { VaultCore } from './vault-core.ts';
import type { VaultJobs } from './vault-jobs.ts';
import { wordRoutes } from './word-routes.ts';

export interface VaultRouteDeps {
  core: VaultCore;
  jobs: VaultJobs;
  ctx: Context;
}

/** `/vault/*`. */
export function vaultRoutes(deps: VaultRouteDeps) {
  return createRoutes()
    .route('/', statusRoutes(deps))
    .route('/', secretRoutes(deps))
    .route('/', keyRoutes(deps))
    .route('/', copyRoutes(deps))
    .route('/', rotationRoutes(deps))
    .route('/', recoveryRoutes(deps))
    .route('/', wordRoutes(deps));
}
