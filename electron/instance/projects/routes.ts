import { createRoutes } from '../http/api.ts';
import type { Context } from '../kernel/context.ts';
import { environmentRoutes } from './environment-routes.ts';
import { projectOnlyRoutes } from './project-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { envFileRoutes } from './variables/env-file-routes.ts';
import { secretGuessRoutes } from './variables/secret-guess-routes.ts';
import { variableRoutes } from './variables/variable-routes.ts';

/** Projects, environments, variables. */
export function projectRoutes(ctx: Context) {
  return createRoutes()
    .route('/', projectOnlyRoutes(ctx))
    .route('/', environmentRoutes(ctx))
    .route('/', variableRoutes(ctx))
    .route('/', envFileRoutes(ctx))
    .route('/', searchRoutes(ctx))
    .route('/', secretGuessRoutes());
}
