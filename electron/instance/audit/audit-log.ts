import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';
import type { Caller } from '../http/caller.ts';
import type { Store } from '../store/store.ts';

export interface AuditEntry {
  /** `PROJECT_CREATED`, `ENV_VAR_REVEALED`, `KEY_ROTATION_STARTED` … upper case, past tense. */
  operation: string;
  /** Who did it; null for the instance itself. */
  caller: Caller | null;
  /** Names and ids. SECURITY: never a value. */
  data?: Record<string, unknown>;
}

export interface AuditLine {
  id: number;
  at: number;
  operation: string;
  actorKind: Caller['kind'] | 'instance';
  userId: number | null;
  actor: string;
  ip: string | null;
  data: Record<string, unknown> | null;
}

export interface AuditFilter {
  operation?: string;
  userId?: number;
  /** Epoch ms, inclusive. */
  from?: number;
  to?: number;
  limit: number;
  offset: number;
}

export interface AuditLog {
  /** Appends one line, inside the caller's transaction where there is one. */
  append(entry: AuditEntry): void;
  /** Newest first. */
  list(filter: AuditFilter): AuditLine[];
  /** Throws `not_found`. */
  get(id: number): AuditLine;
}

const COLUMNS = 'id, at, operation, actor_kind AS actorKind, user_id AS userId, actor, ip, data';

export function createAuditLog(store: Store, clock: Clock): AuditLog {
  const { sqlite } = store;
  const insert = sqlite.prepare(
    'INSERT INTO audit_log (at, operation, actor_kind, user_id, actor, ip, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    append({ operation, caller, data }) {
      store.transaction(() =>
        insert.run(
          clock.now(),
          operation,
          caller?.kind ?? 'instance',
          caller && 'userId' in caller ? caller.userId : null,
          caller?.label ?? 'instance',
          caller?.ip ?? null,
          data === undefined ? null : JSON.stringify(data),
        ),
      );
    },
    list({ operation, userId, from, to, limit, offset }) {
      const rows = sqlite
        .prepare(
          `SELECT ${COLUMNS} FROM audit_log
           WHERE (@operation IS NULL OR operation = @operation) AND (@userId IS NULL OR user_id = @userId)
             AND (@from IS NULL OR at >= @from) AND (@to IS NULL OR at <= @to)
           ORDER BY id DESC LIMIT @limit OFFSET @offset`,
        )
        .all({
          operation: operation ?? null,
          userId: userId ?? null,
          from: from ?? null,
          to: to ?? null,
          limit,
          offset,
        });
      return (rows as Row[]).map(fromRow);
    },
    get(id) {
      const row = sqlite.prepare(`SELECT ${COLUMNS} FROM audit_log WHERE id = ?`).get(id);
      if (!row) throw new AppError('not_found', 'There is no such line in the audit log.');
      return fromRow(row as Row);
    },
  };
}

type Row = Omit<AuditLine, 'data'> & { data: string | null };

function fromRow(row: Row): AuditLine {
  return { ...row, data: row.data === null ? null : (JSON.parse(row.data) as Record<string, unknown>) };
}
