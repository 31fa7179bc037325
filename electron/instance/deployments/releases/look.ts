import type { DeploymentsCore, Seen } from '../deployments-core.ts';
import { findServing } from './containers.ts';

/** Looks how the container that serves an environment is doing. Gives whether it is reached elsewhere than before. */
export async function look(core: DeploymentsCore, environmentId: number): Promise<boolean> {
  const { ctx, engine, seen } = core;
  const before = seen.get(environmentId);
  const container = findServing(ctx, environmentId);
  if (!container) return seen.delete(environmentId);
  const facts = await engine.findContainer(container.name);
  const endpoint = facts?.isRunning ? await engine.findEndpoint(container.name, container.port) : null;
  const now: Seen = { name: container.name, facts, endpoint };
  seen.set(environmentId, now);
  return (
    JSON.stringify(before?.endpoint ?? null) !== JSON.stringify(endpoint) || isOver(before) !== isOver(now)
  );
}

const isOver = (known: Seen | undefined) => known?.facts?.exit != null || known?.facts === null;
