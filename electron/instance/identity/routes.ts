import { createRoutes } from '../http/api.ts';
import type { Identity } from './identity.ts';
import { ownAccountRoutes } from './own-account-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { userRoutes } from './user-routes.ts';

/** `/auth`, `/user`, `/users`, `/api-keys`, deployment tokens, set-up and one-time links. */
export function identityRoutes(identity: Identity) {
  return createRoutes()
    .route('/', sessionRoutes(identity))
    .route('/', ownAccountRoutes(identity))
    .route('/', userRoutes(identity))
    .route('/', tokenRoutes(identity));
}
