import { createRoutes } from '../http/api.ts';
import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import { environmentRoutes } from './environment-routes.ts';
import { projectOperations } from './operations.ts';
import { projectRoutes } from './project-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { projectsSecretKeeper } from './secret-keeper.ts';
import { envFileRoutes } from './variables/env-file-routes.ts';
import { secretGuessRoutes } from './variables/secret-guess-routes.ts';
import { variableRoutes } from './variables/variable-routes.ts';

/** Projects, environments, variables. */
export function projectsCapability(ctx: Context): Capability {
  return {
    name: 'projects',
    resources: { projects: 'projects:read', 'shared-variables': 'environments:read' },
    operations: projectOperations,
    routes: createRoutes()
      .route('/', projectRoutes(ctx))
      .route('/', environmentRoutes(ctx))
      .route('/', variableRoutes(ctx))
      .route('/', envFileRoutes(ctx))
      .route('/', searchRoutes(ctx))
      .route('/', secretGuessRoutes()),
    keepers: [projectsSecretKeeper(ctx)],
  };
}
