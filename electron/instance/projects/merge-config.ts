import { AppError } from '../kernel/app-error.ts';
import type { DeploymentConfig } from './deployment-config.ts';

/**
 * What is kept after a change; null if nothing is set. Throws `invalid_request` where more is asked for than the limit
 * gives, which no container starts with.
 */
export function mergeConfig(
  old: DeploymentConfig | null,
  change: DeploymentConfig | null,
): DeploymentConfig | null {
  if (change === null) return null;
  const merged = Object.fromEntries(
    Object.entries({ ...old, ...change }).filter(([, value]) => value !== null && value !== undefined),
  ) as DeploymentConfig;
  requireWithin('cpu', merged.cpuRequest, merged.cpuLimit);
  requireWithin('memory', merged.memoryRequest, merged.memoryLimit);
  return Object.keys(merged).length === 0 ? null : merged;
}

function requireWithin(
  what: 'cpu' | 'memory',
  request: number | null | undefined,
  limit: number | null | undefined,
): void {
  if (request == null || limit == null || request <= limit) return;
  throw new AppError('invalid_request', `The ${what} requested, ${request}, is above its limit, ${limit}.`, {
    fields: { [`${what}_request`]: `above the limit, ${limit}` },
  });
}
