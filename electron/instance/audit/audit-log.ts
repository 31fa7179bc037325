import type { Caller } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
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

/** Absent is any. */
export interface AuditFilter {
  operation?: string | undefined;
  userId?: number | undefined;
  /** Who, in the words of the line. */
  actor?: string | undefined;
  /** Anywhere in the operation, the actor or the data. */
  search?: string | undefined;
  /** Epoch ms, inclusive. */
  from?: number | undefined;
  to?: number | undefined;
}

export interface AuditLog {
  /** Appends one line, inside the caller's transaction where there is one. */
  append(entry: AuditEntry): void;
  /** Newest first. */
  list(filter: AuditFilter, page: { limit: number; offset: number }): AuditLine[];
  /** The newest before a line, newest first: for going through all of them, however many are added meanwhile. */
  listBefore(filter: AuditFilter, id: number, limit: number): AuditLine[];
  count(filter: AuditFilter): number;
  /** Names of operations that occur, in their order. */
  listOperations(): string[];
  /** Throws `not_found`. */
  get(id: number): AuditLine;
}

const COLUMNS = 'id, at, operation, actor_kind AS actorKind, user_id AS userId, actor, ip, data';
const MATCHES = `(@operation IS NULL OR operation = @operation) AND (@userId IS NULL OR user_id = @userId)
  AND (@actor IS NULL OR actor = @actor) AND (@from IS NULL OR at >= @from) AND (@to IS NULL OR at <= @to)
  AND (@search IS NULL OR instr(lower(operation), lower(@search)) > 0 OR instr(lower(actor), lower(@search)) > 0
    OR instr(lower(data), lower(@search)) > 0)`;

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
    list(filter, { limit, offset }) {
      const rows = sqlite
        .prepare(
          `SELECT ${COLUMNS} FROM audit_log WHERE ${MATCHES} ORDER BY id DESC LIMIT @limit OFFSET @offset`,
        )
        .all({ ...toParameters(filter), limit, offset });
      return (rows as Row[]).map(fromRow);
    },
    listBefore(filter, id, limit) {
      const rows = sqlite
        .prepare(
          `SELECT ${COLUMNS} FROM audit_log WHERE id < @id AND ${MATCHES} ORDER BY id DESC LIMIT @limit`,
        )
        .all({ ...toParameters(filter), id, limit });
      return (rows as Row[]).map(fromRow);
    },
    count: (filter) =>
      sqlite
        .prepare(`SELECT count(*) FROM audit_log WHERE ${MATCHES}`)
        .pluck()
        .get(toParameters(filter)) as number,
    listOperations: () =>
      sqlite.prepare('SELECT DISTINCT operation FROM audit_log ORDER BY operation').pluck().all() as string[],
    get(id) {
      const row = sqlite.prepare(`SELECT ${COLUMNS} FROM audit_log WHERE id = ?`).get(id);
      if (!row) throw new AppError('not_found', 'There is no such line in the audit log.');
      return fromRow(row as Row);
    },
  };
}

function toParameters({ operation, userId, actor, search, from, to }: AuditFilter) {
  return {
    operation: operation ?? null,
    userId: userId ?? null,
    actor: actor ?? null,
    search: search ?? null,
    from: from ?? null,
    to: to ?? null,
  };
}

type Row = Omit<AuditLine, 'data'> & { data: string | null };

function fromRow(row: Row): AuditLine {
  return { ...row, data: row.data === null ? null : (JSON.parse(row.data) as Record<string, unknown>) };
}
