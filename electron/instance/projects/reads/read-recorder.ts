import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import { describeError } from '../../kernel/log.ts';
import { putLast } from '../../kernel/recent.ts';
import { projectOperations } from '../operations.ts';
import { type Reader, type ReadWay, toReader } from './reader.ts';
import { BULK_VARIABLES, createBulkWindow, judgeRead, mayBeBulk } from './unusual-reads.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Readings of this day kept in memory: those that are written to count repetitions, others until they can be. */
const MAX_KEPT = 1000;
/** Removed at once: a few milliseconds of work. */
const MAX_REMOVED = 200;
/**
 * Variables of one reading that are written at once: a few milliseconds too. A variable that comes or goes makes another
 * set of these only, not of all that are read with it.
 */
const VARIABLES_AT_ONCE = 250;

/** Keeps who read which encrypted variables. */
export interface ReadRecorder {
  /**
   * Before the values are given. The first reading of a day is written at once, so that who reads cannot be faster; the
   * same one again is counted in memory until `flush`, so that a program started a hundred times costs one write.
   *
   * SECURITY: never rejects. On a disk that takes no writes, values can be read, and readings wait in memory until it
   * does; when too many wait, the oldest are left out and counted in a line of the audit log.
   */
  record(actor: Caller, how: ReadWay, variableIds: Iterable<number>): Promise<void>;
  /** Writes what is kept in memory, if the database can be written. Never throws. */
  flush(): void;
  /** Removes readings up to this time, a part at once. Returns how many. */
  removeBefore(atMs: number): number;
}

/** What someone reads, and how much it is. */
interface Reading {
  reader: Reader;
  how: ReadWay;
  at: number;
  /** Variables in it. */
  together: number;
  /** See `JudgedRead`. */
  inWindow: number;
}

/** The same reader, way, day and variables. */
interface Kept {
  reader: Reader;
  how: ReadWay;
  day: number;
  hash: Buffer;
  ids: number[];
  together: number;
  /** Those not written yet; at first the one at hand. */
  count: number;
  firstAt: number;
  lastAt: number;
  isWritten: boolean;
  /** See `JudgedRead`: the most of them. */
  inWindow: number;
}

export function createReadRecorder(ctx: Context): ReadRecorder {
  const { sqlite } = ctx.store;
  const kept = new Map<string, Kept>();
  const knownForBulk = new Set<string>();
  const bulkWindow = createBulkWindow();
  let missed = 0;

  function takeNote({ reader, how, at, together, inWindow }: Reading, ids: number[]): Kept {
    const day = Math.floor(at / DAY_MS);
    const hash = createHash('sha256').update(JSON.stringify(ids)).digest();
    const name = `${reader.id} ${how} ${day} ${hash.toString('base64')}`;
    const read = kept.get(name) ?? {
      ...{ reader, how, day, hash, ids, together, inWindow, count: 0, firstAt: at, lastAt: at },
      isWritten: false,
    };
    putLast(kept, name, read);
    read.reader = reader;
    read.count += 1;
    read.lastAt = Math.max(read.lastAt, at);
    read.together = Math.max(read.together, together);
    read.inWindow = Math.max(read.inWindow, inWindow);
    return read;
  }

  const isDue = ({ isWritten, inWindow, reader }: Kept) =>
    !isWritten || (inWindow >= BULK_VARIABLES && !knownForBulk.has(reader.id));

  /** True when they are written. */
  function write(reads: readonly Kept[]): boolean {
    try {
      ctx.store.transaction(() => {
        for (const read of reads) keep(ctx, read);
        if (missed > 0) ctx.audit.append(projectOperations.READS_LEFT_OUT, null, { count: missed });
      });
    } catch (error) {
      ctx.log.error({ waiting: reads.length, error: describeError(error) }, 'who read variables waits');
      return false;
    }
    missed = 0;
    for (const read of reads) {
      Object.assign(read, { isWritten: true, count: 0 });
      if (read.inWindow >= BULK_VARIABLES) knownForBulk.add(read.reader.id);
    }
    ctx.events.emit('changed', { resource: 'secret-reads', userId: null });
    return true;
  }

  function flush(): void {
    const waiting = [...kept.values()].filter(({ count }) => count > 0);
    if ((waiting.length > 0 || missed > 0) && !write(waiting)) return;
    const today = Math.floor(ctx.clock.now() / DAY_MS);
    for (const [name, { day }] of kept) if (day !== today) kept.delete(name);
  }

  function makeRoom(): void {
    if (kept.size <= MAX_KEPT) return;
    flush();
    for (const [name, { isWritten }] of kept) {
      if (kept.size <= MAX_KEPT) return;
      if (!isWritten) missed += 1;
      kept.delete(name);
    }
  }

  return {
    async record(actor, how, variableIds) {
      const ids = [...new Set(variableIds)].sort((a, b) => a - b);
      const reader = toReader(actor);
      const at = ctx.clock.now();
      const inWindow = mayBeBulk(reader, how) ? bulkWindow.count(reader, ids, at) : 0;
      const reading = { reader, how, at, together: ids.length, inWindow };
      for (let from = 0; from < ids.length; from += VARIABLES_AT_ONCE) {
        if (from > 0) await nextTurn();
        const read = takeNote(reading, ids.slice(from, from + VARIABLES_AT_ONCE));
        // Another transaction may still be rolled back, and this with it.
        if (isDue(read) && !sqlite.inTransaction) write([read]);
        makeRoom();
      }
    },
    flush,
    removeBefore(atMs) {
      const day = Math.floor(atMs / DAY_MS);
      // Usually there are none, and an instance that rests writes nothing.
      if (!sqlite.prepare('SELECT 1 FROM env_var_reads WHERE day < ? LIMIT 1').get(day)) return 0;
      return ctx.store.transaction(() => {
        const removed = sqlite
          .prepare(
            `DELETE FROM env_var_reads WHERE id IN
               (SELECT id FROM env_var_reads WHERE day < ? ORDER BY day LIMIT ${MAX_REMOVED}) RETURNING set_id`,
          )
          .pluck()
          .all(day) as number[];
        sqlite
          .prepare(
            `DELETE FROM read_sets WHERE id IN (SELECT value FROM json_each(?))
               AND NOT EXISTS (SELECT 1 FROM env_var_reads WHERE set_id = read_sets.id)`,
          )
          .run(JSON.stringify([...new Set(removed)]));
        return removed.length;
      });
    },
  };
}

function keep(ctx: Context, read: Kept): void {
  const { reader, how, day, together, inWindow, count, firstAt, lastAt } = read;
  ctx.store.sqlite
    .prepare(
      `INSERT INTO env_var_reads (set_id, reader, kind, via, name, how, day, together, count, first_at, last_at, ip)
       VALUES (@setId, @id, @kind, @via, @name, @how, @day, @together, @count, @firstAt, @lastAt, @ip)
       ON CONFLICT (set_id, reader, how, day) DO UPDATE SET
         name = @name, together = max(together, @together), count = count + @count, last_at = max(last_at, @lastAt), ip = @ip`,
    )
    .run({ ...reader, setId: findSet(ctx, read), how, day, together, count, firstAt, lastAt });
  judgeRead(ctx, { reader, how, at: lastAt, variables: together, inWindow });
}

function findSet(ctx: Context, { hash, ids }: Kept): number {
  const { sqlite } = ctx.store;
  const known = sqlite.prepare('SELECT id FROM read_sets WHERE hash = ?').pluck().get(hash);
  if (typeof known === 'number') return known;
  const setId = sqlite
    .prepare('INSERT INTO read_sets (hash) VALUES (?) RETURNING id')
    .pluck()
    .get(hash) as number;
  // Without those that were deleted meanwhile.
  sqlite
    .prepare(
      `INSERT INTO read_set_members (set_id, env_var_id)
       SELECT ?, id FROM env_vars WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .run(setId, JSON.stringify(ids));
  return setId;
}
