import type { DeploymentsCore, Seen } from '../deployments-core.ts';
import { findEndpoint } from '../engines/engine.ts';
import { findServing } from './containers.ts';

/** Looks how the container that serves an environment is doing. Gives whether anything changed that people are told. */
export async function look(core: DeploymentsCore, environmentId: number): Promise<boolean> {
  const { ctx, engine, seen } = core;
  const before = seen.get(environmentId);
  const container = findServing(ctx, environmentId);
  if (!container) return seen.delete(environmentId);
  const facts = await engine.findContainer(container.name);
  const now: Seen = {
    name: container.name,
    facts,
    endpoint: facts && findEndpoint(facts, container.port),
  };
  seen.set(environmentId, now);
  return describe(before) !== describe(now);
}

/** What people are told of it. */
function describe(known: Seen | undefined): string {
  const { isRunning, restarts, startedAt, exit } = known?.facts ?? {};
  return JSON.stringify([known?.endpoint, known?.facts === null, isRunning, restarts, startedAt, exit]);
}
