import { createRoutes } from '../http/api.ts';
import { type Job, queued } from '../jobs/job.ts';
import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import { environmentRoutes } from './environment-routes.ts';
import { projectOperations } from './operations.ts';
import { projectRoutes } from './project-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { projectsSecretKeeper } from './secret-keeper.ts';
import { envFileRoutes } from './variables/env-file-routes.ts';
import { secretGuessRoutes } from './variables/secret-guess-routes.ts';
import { eraseHidden, listHidden } from './variables/staged-variables.ts';
import { variableRoutes } from './variables/variable-routes.ts';

/** Projects, environments, variables. */
export function projectsCapability(ctx: Context): Capability {
  const leftovers = listHidden(ctx);
  const erasing = erasingJob(ctx, leftovers);
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
    waitsForKey: [
      'Secret values, for people and for programs: temps-desktop run and deployments get none',
      'Setting and importing secret values',
    ],
    jobs: [erasing],
    async start() {
      // Its errors are in its run; what it did not erase, the next start does.
      if (leftovers.length > 0) void ctx.jobs.enqueue(erasing, {}).catch(() => undefined);
    },
  };
}

/** Before any request: those of an import under way are none of them. */
function erasingJob(ctx: Context, leftovers: readonly number[]): Job {
  return {
    name: 'projects.erasing',
    title: 'Erase what an interrupted import or deletion left',
    when: queued,
    record: 'if_possible',
    isResumed: false,
    async run() {
      await eraseHidden(ctx, leftovers);
      return { erased: leftovers.length };
    },
  };
}
