import { type Caller, type HeldCaller, personBehind } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { describeError, type Log } from '../kernel/log.ts';
import type { Store } from '../store/store.ts';
import { type ChainCheck, type ChainHead, createChain, hashLine, type StoredLine } from './chain.ts';
import { createLineBudget } from './line-budget.ts';
import type { LineData, Operation } from './operation.ts';
import { auditOperations } from './operations.ts';

export interface AuditLine {
  id: number;
  at: number;
  operation: string;
  actorKind: Exclude<Caller, HeldCaller>['kind'] | 'instance';
  userId: number | null;
  actor: string;
  ip: string | null;
  data: Record<string, unknown> | null;
}

/** Absent is any. */
export interface AuditFilter {
  operation?: string | undefined;
  userId?: number | undefined;
  /** Actor name, as in the line. */
  actor?: string | undefined;
  /** Who it is now, whatever their names were. */
  who?: WhoFilter | undefined;
  /** Anywhere in the operation, the actor or the data. */
  search?: string | undefined;
  /** Epoch ms, inclusive. */
  from?: number | undefined;
  to?: number | undefined;
}

/** What `who` of an actor stands for in the log. */
export interface WhoFilter {
  kind: 'owner' | 'instance' | 'anonymous' | 'user' | 'label';
  userId: number | null;
  /** The names of a key or token, and when it had them. */
  labels: readonly { label: string; from: number; to: number }[];
  /** Operations that the instance writes, and that the person of the line, or the owner, did. */
  byPerson: readonly string[];
  byOwner: readonly string[];
}

export interface AuditLog {
  /**
   * Appends one line, inside the caller's transaction where there is one.
   *
   * @param actor who did it; null for the instance itself.
   */
  append<Data extends LineData>(
    operation: Operation<Data>,
    actor: Caller | null,
    ...data: DataOf<Data>
  ): void;
  /**
   * Records a security action that was already done: a lock, a sign-out. Never throws: a line that cannot be
   * written now is kept in memory, with its time, until it can.
   */
  record<Data extends LineData>(
    operation: Operation<Data>,
    actor: Caller | null,
    ...data: DataOf<Data>
  ): void;
  /**
   * Notes that someone was refused, as `record` does. How many lines there can be in a minute about one `subject` is
   * limited, since strangers cause them; those left out are counted in the next line.
   */
  note<Data extends LineData>(
    operation: Operation<Data>,
    actor: Caller | null,
    subject: string,
    ...data: DataOf<Data>
  ): void;
  /**
   * Writes the lines kept in memory, and how many were left out, if the database can be written again. Never throws.
   */
  flush(): void;
  /** How many lines are kept in memory until the database can be written. */
  countWaiting(): number;
  /** Removes a beginning of the log, up to lines of this time. Returns how many lines; a part of them at once. */
  removeBefore(atMs: number): number;
  /** Compares every line with the hash chain. */
  checkChain(): Promise<ChainCheck>;
  /** The newest line and its hash: kept elsewhere, it shows later whether the log was written anew. */
  findHead(): ChainHead;
  /** Newest first. */
  list(filter: AuditFilter, page: { limit: number; offset: number }): AuditLine[];
  /** Lines before a given line, newest first: for paging while new lines are added. */
  listBefore(filter: AuditFilter, id: number, limit: number): AuditLine[];
  count(filter: AuditFilter): number;
  /**
   * Lines of one project, newest first. SECURITY: an operation that `projectIn` does not name belongs to none, and neither does a line
   * without that id: what is not known to be of this project is left out.
   *
   * @param projectIn by operation, where its lines have the id of their project.
   * @param before only lines before this one.
   */
  listOfProject(
    projectId: number,
    projectIn: Readonly<Record<string, string>>,
    page: { before: number | undefined; limit: number },
  ): AuditLine[];
  /** Names of operations in the log, sorted. */
  listOperations(): string[];
  /** Everyone in the log, by the names it has, with the first and the last time. */
  listActors(): LoggedActor[];
  /** Throws `not_found`. */
  get(id: number): AuditLine;
}

/** `userId` is only of people. */
export interface LoggedActor extends Pick<AuditLine, 'actorKind' | 'userId' | 'actor'> {
  first: number;
  last: number;
}

type Line = Omit<StoredLine, 'id'>;

/** Operations without data take no argument. */
type DataOf<Data> = [keyof Data] extends [never] ? [] : [data: Data];

const COLUMNS = 'id, at, operation, actor_kind AS actorKind, user_id AS userId, actor, ip, data';
const WHO = `(@who IS NULL
  OR (@who = 'user' AND ((actor_kind = 'user' AND user_id = @whoId)
    OR (actor_kind = 'instance' AND operation IN (SELECT value FROM json_each(@byPerson)) AND data ->> 'user_id' = @whoId)))
  OR (@who = 'owner' AND (actor_kind = 'owner'
    OR (actor_kind = 'instance' AND operation IN (SELECT value FROM json_each(@byOwner)))))
  OR (@who = 'instance' AND actor_kind = 'instance' AND operation NOT IN (SELECT value FROM json_each(@byOwner))
    AND NOT (operation IN (SELECT value FROM json_each(@byPerson)) AND coalesce(json_type(data, '$.user_id'), '') = 'integer'))
  OR (@who = 'anonymous' AND actor_kind = 'anonymous')
  OR (@who = 'label' AND EXISTS (SELECT 1 FROM json_each(@labels) l WHERE l.value ->> 'label' = actor
    AND at BETWEEN l.value ->> 'from' AND l.value ->> 'to')))`;
const MATCHES = `${WHO} AND (@operation IS NULL OR operation = @operation) AND (@userId IS NULL OR user_id = @userId)
  AND (@actor IS NULL OR actor = @actor) AND (@from IS NULL OR at >= @from) AND (@to IS NULL OR at <= @to)
  AND (@search IS NULL OR instr(lower(operation), lower(@search)) > 0 OR instr(lower(actor), lower(@search)) > 0
    OR instr(lower(data), lower(@search)) > 0)`;

/** Most lines kept in memory while the database cannot be written; the oldest are dropped first. */
const MAX_WAITING = 1000;
/** Lines removed at once: a few milliseconds of work. */
const MAX_REMOVED = 1000;

export function createAuditLog(store: Store, clock: Clock, log: Log): AuditLog {
  const { sqlite } = store;
  const waiting: Line[] = [];
  const chain = createChain(store);
  const budget = createLineBudget();
  const insert = sqlite.prepare(
    `INSERT INTO audit_log (id, at, operation, actor_kind, user_id, actor, ip, data, hash)
     VALUES (@id, @at, @operation, @actorKind, @userId, @actor, @ip, @data, @hash)`,
  );

  /** Read from the database each time: a transaction that is undone takes its lines with it. */
  function write(...lines: Line[]): void {
    store.transaction(() => {
      let head = chain.findHead();
      for (const line of lines) {
        const stored = { ...line, id: head.id + 1 };
        const hash = hashLine(head.hash, stored);
        insert.run({ ...stored, hash });
        head = { id: stored.id, hash };
      }
    });
  }

  const toLine = ({ name }: Operation, actor: Caller | null, data?: LineData): Line => {
    const by = actor && personBehind(actor);
    return {
      at: clock.now(),
      operation: name,
      actorKind: by?.kind ?? 'instance',
      userId: by && 'userId' in by ? by.userId : null,
      actor: by?.label ?? 'instance',
      ip: by?.ip ?? null,
      data: data === undefined ? null : JSON.stringify(data),
    };
  };

  function keep(line: Line): void {
    waiting.push(line);
    if (waiting.length > MAX_WAITING) budget.miss(waiting.shift()?.operation ?? '');
    flush();
  }

  function flush(): void {
    const missed = budget.read();
    // Another transaction may still be rolled back, and these lines with it.
    if ((waiting.length === 0 && missed === null) || sqlite.inTransaction) return;
    try {
      write(
        ...(missed ? [toLine(auditOperations.LINES_LEFT_OUT, null, { operations: missed })] : []),
        ...waiting,
      );
      waiting.length = 0;
      budget.clear();
    } catch (error) {
      log.error({ waiting: waiting.length, error: describeError(error) }, 'lines of the audit log wait');
    }
  }

  return {
    append(operation, actor, data?: LineData) {
      write(toLine(operation, actor, data));
    },
    record(operation, actor, data?: LineData) {
      keep(toLine(operation, actor, data));
    },
    note(operation, actor, subject, data?: LineData) {
      if (budget.take(operation.name, subject, clock.now())) keep(toLine(operation, actor, data));
      else budget.miss(operation.name);
    },
    flush,
    countWaiting: () => waiting.length,
    removeBefore(atMs) {
      return store.transaction(() => {
        const count = chain.anchorBefore(atMs, clock.now());
        if (count !== null) write(toLine(auditOperations.AUDIT_SHORTENED, null, { count }));
        return sqlite
          .prepare(
            `DELETE FROM audit_log WHERE id IN
               (SELECT id FROM audit_log WHERE id <= (SELECT max(last_id) FROM audit_anchors) ORDER BY id LIMIT ${MAX_REMOVED})`,
          )
          .run().changes;
      });
    },
    checkChain: chain.check,
    findHead: chain.findHead,
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
    listOfProject(projectId, projectIn, { before = Number.MAX_SAFE_INTEGER, limit }) {
      const named = (wanted: string) =>
        JSON.stringify(
          Object.entries(projectIn).flatMap(([name, field]) => (field === wanted ? [name] : [])),
        );
      // Each by an index: what was done in a project is found however long the log is, and those about projects as such are few.
      const rows = sqlite
        .prepare(
          `SELECT * FROM (
             SELECT ${COLUMNS} FROM audit_log INDEXED BY audit_log_by_project
             WHERE data ->> 'project_id' = @projectId AND id < @before
               AND operation IN (SELECT value FROM json_each(@byProjectId))
             ORDER BY id DESC LIMIT @limit)
           UNION ALL SELECT * FROM (
             SELECT ${COLUMNS} FROM audit_log INDEXED BY audit_log_by_operation
             WHERE operation IN (SELECT value FROM json_each(@byId)) AND data ->> 'id' = @projectId AND id < @before
             ORDER BY id DESC LIMIT @limit)
           ORDER BY id DESC LIMIT @limit`,
        )
        .all({ projectId, byProjectId: named('project_id'), byId: named('id'), before, limit });
      return (rows as Row[]).map(fromRow);
    },
    listOperations: () =>
      sqlite.prepare('SELECT DISTINCT operation FROM audit_log ORDER BY operation').pluck().all() as string[],
    listActors: () =>
      sqlite
        .prepare(
          `SELECT actor_kind AS actorKind, CASE actor_kind WHEN 'user' THEN user_id END AS userId, actor,
             min(at) AS first, max(at) AS last
           FROM audit_log GROUP BY 1, 2, 3`,
        )
        .all() as LoggedActor[],
    get(id) {
      const row = sqlite.prepare(`SELECT ${COLUMNS} FROM audit_log WHERE id = ?`).get(id);
      if (!row) throw new AppError('not_found', 'This line does not exist in the audit log.');
      return fromRow(row as Row);
    },
  };
}

function toParameters({ operation, userId, actor, who, search, from, to }: AuditFilter) {
  return {
    who: who?.kind ?? null,
    whoId: who?.userId ?? null,
    labels: JSON.stringify(who?.labels ?? []),
    byPerson: JSON.stringify(who?.byPerson ?? []),
    byOwner: JSON.stringify(who?.byOwner ?? []),
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
