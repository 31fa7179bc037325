import { createRoutes } from '../http/api.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { deploymentTokenRoutes } from './deployment-token-routes.ts';
import type { Identity } from './identity.ts';
import { ownAccountRoutes } from './own-account-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { userRoutes } from './user-routes.ts';

/** `/auth`, `/user`, `/users`, `/api-keys`, deployment tokens, set-up and one-time links. */
export function identityRoutes(identity: Identity) {
  return createRoutes()
    .route('/', sessionRoutes(identity))
    .route('/', ownAccountRoutes(identity))
    .route('/', userRoutes(identity))
    .route('/', apiKeyRoutes(identity))
    .route('/', deploymentTokenRoutes(identity));
}
