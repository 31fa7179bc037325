import { createRoutes } from '../http/api.ts';
import { every, type Job } from '../jobs/job.ts';
import type { Capability } from '../kernel/capability.ts';
import { type Identity, identitySecretKeepers } from './identity.ts';
import { idleJob } from './idle-job.ts';
import { memberRoutes } from './members/member-routes.ts';
import { identityOperations } from './operations.ts';
import { sessionRoutes } from './sessions/session-routes.ts';
import { apiKeyRoutes } from './tokens/api-key-routes.ts';
import { cliSignInRoutes } from './tokens/cli-sign-in-routes.ts';
import { deploymentTokenRoutes } from './tokens/deployment-token-routes.ts';
import { deleteUncollected } from './tokens/uncollected-keys.ts';
import { invitationRoutes } from './users/invitation-routes.ts';
import { ownAccountRoutes } from './users/own-account-routes.ts';
import { userRoutes } from './users/user-routes.ts';

/** How long the last use of a key may be kept in memory only. */
const FLUSH_LAST_USE_MS = 60_000;

/** Access: people, sessions, second factors, API keys, deployment tokens, set-up and one-time links. */
export function identityCapability(identity: Identity): Capability {
  return {
    name: 'identity',
    // Sign-ins and sign-outs are visible to those who manage people, and to everyone for themselves.
    resources: {
      users: 'users:read',
      auth: 'users:read',
      logout: 'users:read',
      setup: 'users:read',
      links: 'users:read',
      'api-keys': 'api_keys:read',
    },
    operations: identityOperations,
    routes: createRoutes()
      .route('/', sessionRoutes(identity))
      .route('/', ownAccountRoutes(identity))
      .route('/', userRoutes(identity))
      .route('/', invitationRoutes(identity))
      .route('/', apiKeyRoutes(identity))
      .route('/', cliSignInRoutes(identity))
      .route('/', deploymentTokenRoutes(identity))
      .route('/', memberRoutes(identity)),
    keepers: identitySecretKeepers(identity),
    waitsForKey: [
      'Programs that sign in with an API key or a deployment token',
      'Codes of the second factor at sign-in; recovery codes work',
    ],
    jobs: [lastUseJob(identity), idleJob(identity)],
    async start() {
      identity.linkFiles.removeAll();
    },
    stop: () => identity.stop(),
  };
}

function lastUseJob(identity: Identity): Job {
  return {
    name: 'identity.uses',
    title: 'Save when API keys were last used, and revocations; delete keys that nobody collected',
    when: every(FLUSH_LAST_USE_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      identity.lastUse.flush();
      deleteUncollected(identity, 'old');
      identity.revocations.flush();
      return undefined;
    },
  };
}
