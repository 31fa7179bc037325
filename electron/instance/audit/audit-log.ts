import type { Caller } from '../http/caller.ts';

export interface AuditEntry {
  /** `PROJECT_CREATED`, `ENV_VAR_REVEALED`, `KEY_ROTATION_STARTED` … upper case, past tense. */
  operation: string;
  /** Who did it; null for the instance itself. */
  caller: Caller | null;
  /** Names and ids. SECURITY: never a value. */
  data?: Record<string, unknown>;
}

export interface AuditLog {
  /** Appends one line, inside the caller's transaction where there is one. */
  append(entry: AuditEntry): void;
}
