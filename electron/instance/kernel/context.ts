import type { AuditLog } from '../audit/audit-log.ts';
import type { Jobs } from '../jobs/job-queue.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Clock } from './clock.ts';
import type { Events } from './events.ts';
import type { Log } from './log.ts';
import type { ProcessHost } from './process-hosts.ts';

/** The context every capability gets: functions take it as the first argument and keep no state of their own. */
export interface Context {
  readonly dataDir: string;
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  readonly processes: ProcessHost;
  readonly events: Events;
  /** Of new password hashes, for tests; ours unless said. */
  readonly bcryptCost: number | undefined;
  /** Aborted when the instance stops: ends streams and waits. */
  readonly stopping: AbortSignal;
}
