import type { Caller } from '../access/caller.ts';
import type { Context } from '../kernel/context.ts';
import type { VaultCore } from './vault-core.ts';
import type { VaultJobs } from './vault-jobs.ts';

/** What the routes of the vault work with. */
export interface VaultRouteDeps {
  core: VaultCore;
  jobs: VaultJobs;
  ctx: Context;
  /** Counts what someone tries to unlock with as guesses, and refuses more than a few. Throws `too_many_attempts`. */
  limitGuesses: <T>(caller: Caller, method: string, work: () => Promise<T>) => Promise<T>;
}
