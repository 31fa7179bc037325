import { createRoutes } from '../http/api.ts';
import type { LiveView } from '../http/change-feed.ts';
import type { Capability } from '../kernel/capability.ts';
import { copyRoutes } from './copies/copy-routes.ts';
import { toCopyProgressJson } from './copies/copy-shapes.ts';
import { wordRoutes } from './copies/word-routes.ts';
import { relocationRoutes } from './home/relocation-routes.ts';
import { keyRoutes } from './key/key-routes.ts';
import { vaultOperations } from './operations.ts';
import { recoveryRoutes } from './recovery/recovery-routes.ts';
import { rotationRoutes } from './rotation/rotation-routes.ts';
import type { VaultRouteDeps } from './route-deps.ts';
import { secretRoutes } from './secrets/secret-routes.ts';
import { toDoctorJson } from './secrets/secret-shapes.ts';
import { splitRoutes } from './split/split-routes.ts';
import { keyReasons } from './status/health.ts';
import { statusRoutes } from './status/status-routes.ts';
import { toStatusJson } from './status/status-shapes.ts';
import type { VaultCore } from './vault-core.ts';
import type { VaultJobs } from './vault-jobs.ts';

/** The key and what is encrypted with it: `/vault/*`. */
export function vaultCapability(deps: VaultRouteDeps): Capability {
  const { core, jobs } = deps;
  return {
    name: 'vault',
    resources: { vault: 'vault:read' },
    operations: vaultOperations,
    routes: createRoutes()
      .route('/', statusRoutes(deps))
      .route('/', secretRoutes(deps))
      .route('/', keyRoutes(deps))
      .route('/', relocationRoutes(deps))
      .route('/', copyRoutes(deps))
      .route('/', rotationRoutes(deps))
      .route('/', recoveryRoutes(deps))
      .route('/', wordRoutes(deps))
      .route('/', splitRoutes(deps)),
    views: listViews(core, jobs),
    health: keyReasons,
    jobs: jobs.declared,
    start: () => jobs.resume(),
    stop: () => jobs.stop(),
  };
}

/** What `/events` sends of the vault: whole answers, so that a window needs no second request. */
function listViews(core: VaultCore, jobs: VaultJobs): LiveView[] {
  const status = (event: LiveView['event'], atStart: boolean): LiveView => ({
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
      event: 'copying',
      permission: 'vault:read',
      atStart: false,
      render: () => toCopyProgressJson(core),
    },
    {
      event: 'doctor',
      permission: 'vault:read',
      atStart: true,
      render: () => toDoctorJson(jobs.doctorReport),
    },
  ];
}
