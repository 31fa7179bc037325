import type { Permission } from '../access/permissions.ts';
import type { Operation } from '../audit/operation.ts';
import type { Routes } from '../http/api.ts';
import type { LiveView } from '../http/change-feed.ts';
import type { Job } from '../jobs/job.ts';
import type { HealthReasonFacts } from '../vault/status/health.ts';
import type { SecretKeeper } from '../vault/vault.ts';

/** All that a capability adds to an instance, as one value. Nothing else in the instance names it. */
export interface Capability {
  readonly name: string;
  /** First word of its paths below `/api` → the permission to hear that something there changed. */
  readonly resources: Readonly<Record<string, Permission>>;
  /** What it notes in the audit log, by the names its lines are kept under. */
  readonly operations: Readonly<Record<string, Operation>>;
  readonly routes: Routes;
  /** What it shows live, beside the changes that requests make. */
  readonly views?: readonly LiveView[];
  /** Whose secrets it keeps in the vault, one for each kind. */
  readonly keepers?: readonly SecretKeeper[];
  /** What it may add to the key's health, with the page of the console that helps. */
  readonly health?: Readonly<Record<string, HealthReasonFacts>>;
  /** What it does beside the requests: on a schedule, or when asked for. */
  readonly jobs?: readonly Job[];
  /** Called once the doors are open. */
  start?(): Promise<void>;
  /** Ends what it has under way. The instance waits for it a bounded time, and goes on whatever becomes of it. */
  stop?(): Promise<void>;
}

/**
 * Throws, with both names, when two capabilities declare the same resource, operation, event of a view, kind of secret
 * or reason: one would silently stand in for the other.
 */
export function requireDistinct(capabilities: readonly Capability[]): void {
  requireOnce('capability', capabilities, ({ name }) => [name]);
  requireOnce('resource', capabilities, ({ resources }) => Object.keys(resources));
  requireOnce('operation', capabilities, ({ operations }) => Object.keys(operations));
  requireOnce('live view', capabilities, ({ views = [] }) => views.map(({ event }) => event));
  requireOnce('kind of secret', capabilities, ({ keepers = [] }) => keepers.map(({ kind }) => kind));
  requireOnce('job', capabilities, ({ jobs = [] }) => jobs.map(({ name }) => name));
  requireOnce('health reason', capabilities, ({ health = {} }) => Object.keys(health));
}

function requireOnce(
  what: string,
  capabilities: readonly Capability[],
  list: (capability: Capability) => readonly string[],
): void {
  const declaredBy = new Map<string, string>();
  for (const capability of capabilities)
    for (const word of list(capability)) {
      const other = declaredBy.get(word);
      if (other !== undefined)
        throw new Error(`The ${what} ${word} is declared by ${other} and by ${capability.name}.`);
      declaredBy.set(word, capability.name);
    }
}
