import { createRoutes } from '../http/api.ts';
import type { LiveView } from '../http/change-feed.ts';
import type { Context } from '../kernel/context.ts';
import { copyRoutes } from './copies/copy-routes.ts';
import { wordRoutes } from './copies/word-routes.ts';
import { keyRoutes } from './key/key-routes.ts';
import { recoveryRoutes } from './recovery/recovery-routes.ts';
import { rotationRoutes } from './rotation/rotation-routes.ts';
import { toDoctorJson, toStatusJson } from './route-shapes.ts';
import { secretRoutes } from './secrets/secret-routes.ts';
import { statusRoutes } from './status/status-routes.ts';
import type { VaultCore } from './vault-core.ts';
import type { VaultJobs } from './vault-jobs.ts';

/** What `/events` sends of the vault: whole answers, so that a window needs no second request. */
export function vaultViews({ core, jobs }: VaultRouteDeps): LiveView[] {
  const status = (event: string, atStart: boolean): LiveView => ({
    event,
    permission: 'vault:read',
    atStart,
    render: () => toStatusJson(core, jobs),
  });
  return [
    status('vault', true),
    status('rotation', true),
    status('copies', false),
    {
      event: 'doctor',
      permission: 'vault:read',
      atStart: true,
      render: () => toDoctorJson(jobs.doctorReport),
    },
  ];
}

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
