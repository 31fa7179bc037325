import type { Edge } from '../edge/edge.ts';
import { createRoutes } from '../http/api.ts';
import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import { createReadRecorder } from '../projects/reads/read-recorder.ts';
import { appRoutes } from './app-routes.ts';
import { deploymentRoutes } from './deployment-routes.ts';
import { createDeploymentsCore, type DeploymentsCore } from './deployments-core.ts';
import { createDocker } from './engines/docker.ts';
import { deploymentOperations } from './operations.ts';
import type { Enqueue } from './releases/app-actions.ts';
import { deployJob } from './releases/deploy-job.ts';
import { endDeployment, listUnfinished } from './releases/deployments.ts';
import { keepRunningJob } from './releases/keep-running.ts';

/** Apps: what runs them, what is deployed, what it says. */
export function deploymentsCapability(ctx: Context, edge: Edge): Capability {
  const core = createDeploymentsCore(ctx, {
    engine: createDocker(process.env, process.platform),
    edge,
    reads: createReadRecorder(ctx),
  });
  const deploying = deployJob(core);
  const enqueue: Enqueue = (payload) => {
    // What comes of it is in the deployment itself.
    void ctx.jobs.enqueue(deploying, payload).catch(() => undefined);
  };
  return {
    name: 'deployments',
    resources: { apps: 'deployments:read' },
    operations: deploymentOperations,
    routes: createRoutes().route('/', appRoutes(core, enqueue)).route('/', deploymentRoutes(core, enqueue)),
    waitsForKey: ['Deploying, and the logs of apps: apps that run go on running'],
    jobs: [deploying, keepRunningJob(core)],
    async start() {
      endAbandoned(core);
    },
    async stop() {
      core.reads.flush();
      core.engine.close();
    },
  };
}

/** Deployments without a run that goes on with them: of a restored database, or given up after too many interruptions. */
function endAbandoned({ ctx }: DeploymentsCore): void {
  const waiting = new Set(
    ctx.jobs
      .listRuns({ job: 'deployments.deploy', state: null }, 200)
      .flatMap(({ state, payload }) =>
        state === 'queued' || state === 'running' ? [payload?.deployment] : [],
      ),
  );
  for (const { id } of listUnfinished(ctx))
    if (!waiting.has(id))
      ctx.store.transaction(() =>
        endDeployment(ctx, id, {
          state: 'failed',
          errorCode: 'internal_error',
          errorDetail: 'It was interrupted, and not continued. Deploy again.',
        }),
      );
}
