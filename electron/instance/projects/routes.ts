import type { Context } from '../context.ts';
import { createRoutes } from '../http/api.ts';
import { envFileRoutes } from './env-file-routes.ts';
import { environmentRoutes } from './environment-routes.ts';
import { projectOnlyRoutes } from './project-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { secretGuessRoutes } from './secret-guess-routes.ts';
import { variableRoutes } from './variable-routes.ts';

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
