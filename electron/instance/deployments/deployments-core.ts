import type { Edge } from '../edge/edge.ts';
import type { Context } from '../kernel/context.ts';
import { createQueue, type Queue } from '../kernel/queue.ts';
import type { Environment } from '../projects/environments.ts';
import type { Project } from '../projects/projects.ts';
import type { ReadRecorder } from '../projects/reads/read-recorder.ts';
import type { ContainerFacts, Endpoint, Engine, EngineStatus } from './engines/engine.ts';

/** Where something runs. */
export interface Place {
  project: Project;
  environment: Environment;
}

/** What was last seen of the container that serves an environment. In memory alone: a start sees it anew. */
export interface Seen {
  /** Name of the container. */
  name: string;
  /** Null while there is none of this name. */
  facts: ContainerFacts | null;
  endpoint: Endpoint | null;
}

/** What the functions of deployments work on. One per open instance. */
export interface DeploymentsCore {
  readonly ctx: Context;
  readonly engine: Engine;
  readonly edge: Edge;
  readonly reads: ReadRecorder;
  /** By environment. */
  readonly seen: Map<number, Seen>;
  /** How the container that was seen was listed then, and until when that is enough; by environment. */
  readonly marks: Map<number, { name: string; mark: string; closelyAtMs: number }>;
  /** Where an environment is about to be served, by its id: every table has it, whoever gives it to the edge meanwhile. */
  readonly switching: Map<number, Endpoint>;
  /** Deployments under way, by id, to be cancelled. */
  readonly running: Map<number, AbortController>;
  /** What was found of the engine at the last look; null before the first. */
  engineStatus: EngineStatus | null;
  /** Work on the containers of one environment, a piece at a time. */
  alone<T>(environmentId: number, work: () => Promise<T>): Promise<T>;
  /** Whether such work is under way or waiting. */
  isBusy(environmentId: number): boolean;
  /** The routes are given to the edge a table at a time. */
  readonly publishing: Queue;
}

export function createDeploymentsCore(
  ctx: Context,
  parts: { engine: Engine; edge: Edge; reads: ReadRecorder },
): DeploymentsCore {
  const queues = new Map<number, { queue: Queue; waiting: number }>();
  return {
    ctx,
    ...parts,
    seen: new Map(),
    marks: new Map(),
    switching: new Map(),
    running: new Map(),
    engineStatus: null,
    publishing: createQueue(),
    isBusy: (environmentId) => queues.has(environmentId),
    async alone(environmentId, work) {
      const line = queues.get(environmentId) ?? { queue: createQueue(), waiting: 0 };
      queues.set(environmentId, line);
      line.waiting += 1;
      try {
        return await line.queue(work);
      } finally {
        line.waiting -= 1;
        if (line.waiting === 0) queues.delete(environmentId);
      }
    },
  };
}

/** Tells every window that something of a project's apps changed. */
export function tell({ ctx }: DeploymentsCore, projectId: number): void {
  ctx.events.emit('changed', { resource: 'projects', userId: null, projectIds: [projectId] });
  ctx.events.emit('changed', { resource: 'apps', userId: null, projectIds: [projectId] });
}
