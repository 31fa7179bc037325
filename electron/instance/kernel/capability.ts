import type { Permission } from '../access/permissions.ts';
import type { Operation } from '../audit/operation.ts';
import type { Routes } from '../http/api.ts';
import type { LiveView } from '../http/change-feed.ts';
import type { Job } from '../jobs/job.ts';
import type { HealthReasonFacts } from '../vault/status/health-level.ts';
import type { SecretKeeper } from '../vault/vault.ts';

/** Everything a capability adds to an instance, as one value. Nothing else in the instance refers to it. */
export interface Capability {
  readonly name: string;
  /** First segment of its paths below `/api` → the permission to be told of changes there. */
  readonly resources: Readonly<Record<string, Permission>>;
  /** Its operations in the audit log, by the names of their lines. */
  readonly operations: Readonly<Record<string, Operation>>;
  readonly routes: Routes;
  /** Its live views, in addition to changes made by requests. */
  readonly views?: readonly LiveView[];
  /** Its keepers of secrets in the vault, one for each kind. */
  readonly keepers?: readonly SecretKeeper[];
  /** Its reasons in health, with the page of the console that helps. */
  readonly health?: Readonly<Record<string, HealthReasonFacts>>;
  /** What it does not do or answer while the vault is locked, in words, beside jobs that say so themselves. */
  readonly waitsForKey?: readonly string[];
  /** Its background jobs: on a schedule, or on request. */
  readonly jobs?: readonly Job[];
  /** Called once the doors are open. */
  start?(): Promise<void>;
  /** Stops its running work. The instance waits for a limited time, then continues anyway. */
  stop?(): Promise<void>;
}

/**
 * Throws, with both names, when two capabilities declare the same resource, operation, event of a view, kind of
 * secret or reason: one would silently replace the other.
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
