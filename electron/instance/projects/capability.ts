import { createRoutes } from '../http/api.ts';
import { every, type Job, queued } from '../jobs/job.ts';
import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import { findActivityStart } from '../settings/settings.ts';
import { compareRoutes } from './comparing/compare-routes.ts';
import { endRoutes } from './ends/end-routes.ts';
import { findMissingEnds } from './ends/found-ends.ts';
import { envFileRoutes } from './env-files/env-file-routes.ts';
import { forgetOldImports } from './env-files/import-undo.ts';
import { environmentRoutes } from './environment-routes.ts';
import { plainSecretRoutes } from './guessing/plain-secret-routes.ts';
import { secretGuessRoutes } from './guessing/secret-guess-routes.ts';
import { projectOperations } from './operations.ts';
import { projectRoutes } from './project-routes.ts';
import { createReadRecorder, type ReadRecorder } from './reads/read-recorder.ts';
import { readRoutes } from './reads/read-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { projectsSecretKeeper } from './secret-keeper.ts';
import { eraseExpired, finishErasing, hasUnfinishedErasing } from './trash/erase-trash.ts';
import { trashRoutes } from './trash/trash-routes.ts';
import { generatedValueRoutes } from './variables/generated-value-routes.ts';
import { eraseHidden, listHidden } from './variables/staged-variables.ts';
import { removeMovesBefore } from './variables/variable-moves.ts';
import { variableRoutes } from './variables/variable-routes.ts';

/** Projects, environments, variables. */
export function projectsCapability(ctx: Context): Capability {
  const leftovers = listHidden(ctx);
  const erasing = erasingJob(ctx, leftovers);
  const reads = createReadRecorder(ctx);
  return {
    name: 'projects',
    resources: {
      projects: 'projects:read',
      'shared-variables': 'environments:read',
      'secret-reads': 'audit:read',
      'plain-secrets': 'environments:read',
      trash: 'environments:read',
    },
    operations: projectOperations,
    routes: createRoutes()
      .route('/', projectRoutes(ctx))
      .route('/', environmentRoutes(ctx))
      .route('/', variableRoutes(ctx, reads))
      .route('/', envFileRoutes(ctx, reads))
      .route('/', compareRoutes(ctx, reads))
      .route('/', searchRoutes(ctx))
      .route('/', readRoutes(ctx, reads))
      .route('/', secretGuessRoutes())
      .route('/', generatedValueRoutes())
      .route('/', plainSecretRoutes(ctx))
      .route('/', endRoutes(ctx))
      .route('/', trashRoutes(ctx)),
    keepers: [projectsSecretKeeper(ctx)],
    waitsForKey: [
      'Secret values, for people and for programs: temps-desktop run and deployments get none',
      'Setting, importing, comparing and copying secret values',
    ],
    jobs: [erasing, importsJob(ctx), trashJob(ctx), readsJob(ctx, reads), endsJob(ctx)],
    async start() {
      // Its errors are in its run; what it did not erase, the next start does.
      if (leftovers.length > 0 || hasUnfinishedErasing(ctx))
        void ctx.jobs.enqueue(erasing, {}).catch(() => undefined);
    },
    async stop() {
      reads.flush();
    },
  };
}

/** Before any request: those of an import under way are none of them. */
function erasingJob(ctx: Context, leftovers: readonly number[]): Job {
  return {
    name: 'projects.erasing',
    title: 'Erase what an interrupted import, copy or deletion left',
    when: queued,
    record: 'if_possible',
    isResumed: false,
    async run() {
      await eraseHidden(ctx, leftovers);
      await finishErasing(ctx);
      return { erased: leftovers.length };
    },
  };
}

const FORGET_IMPORTS_MS = 60 * 60 * 1000;

function importsJob(ctx: Context): Job {
  return {
    name: 'projects.imports',
    title: 'Erase what imports and copies of more than a week ago removed',
    when: every(FORGET_IMPORTS_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      return { forgotten: await forgetOldImports(ctx) };
    },
  };
}

const EXPIRE_TRASH_MS = 60 * 60 * 1000;

function trashJob(ctx: Context): Job {
  return {
    name: 'projects.trash',
    title: 'Delete for good what is in the trash for 30 days',
    when: every(EXPIRE_TRASH_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      return { deleted: await eraseExpired(ctx) };
    },
  };
}

/** How long repeated readings may be counted in memory only. */
const FLUSH_READS_MS = 30_000;

function readsJob(ctx: Context, reads: ReadRecorder): Job {
  return {
    name: 'projects.reads',
    title: 'Save who read variables, and remove what is older than the settings keep, of moved ones too',
    when: every(FLUSH_READS_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      reads.flush();
      reads.removeBefore(findActivityStart(ctx));
      removeMovesBefore(ctx, findActivityStart(ctx));
      return undefined;
    },
  };
}

/** Once the vault is open again, what was locked is looked at soon; when nothing is left, a run is one look at an index. */
const FIND_ENDS_MS = 60_000;

function endsJob(ctx: Context): Job {
  return {
    name: 'projects.ends',
    title: 'Look when values end that an earlier version of Temps stored',
    when: every(FIND_ENDS_MS, { atStart: true }),
    needsKey: true,
    record: 'on_failure',
    isResumed: false,
    async run() {
      return { looked: await findMissingEnds(ctx) };
    },
  };
}
