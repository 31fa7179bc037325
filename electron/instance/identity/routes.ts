import { createRoutes } from '../http/api.ts';
import type { Identity } from './identity.ts';
import { sessionRoutes } from './sessions/session-routes.ts';
import { apiKeyRoutes } from './tokens/api-key-routes.ts';
import { deploymentTokenRoutes } from './tokens/deployment-token-routes.ts';
import { ownAccountRoutes } from './users/own-account-routes.ts';
import { userRoutes } from './users/user-routes.ts';

/** `/auth`, `/user`, `/users`, `/api-keys`, deployment tokens, set-up and one-time links. */
export function identityRoutes(identity: Identity) {
  return createRoutes()
    .route('/', sessionRoutes(identity))
    .route('/', ownAccountRoutes(identity))
    .route('/', userRoutes(identity))
    .route('/', apiKeyRoutes(identity))
    .route('/', deploymentTokenRoutes(identity));
}
