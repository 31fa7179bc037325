import type { AuditLog } from '../audit/audit-log.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** What every capability is given: functions take it first and keep no state of their own. */
export interface Context {
  readonly dataDir: string;
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  /** Changes, by name (`vault`, `rotation`, `doctor`, `copies` …), for whoever shows them live. */
  readonly events: EventTarget;
  /** Aborted when the instance stops: ends streams and waits. */
  readonly stopping: AbortSignal;
}
