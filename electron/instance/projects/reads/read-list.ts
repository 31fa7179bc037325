import { type Actor, createNaming } from '../../audit/actors.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { nameReader, type OwnerVia, type ReaderKind, type ReadWay } from './reader.ts';

/** What one reader read of a variable in one way on one day. */
export interface VariableRead {
  by: Actor;
  kind: ReaderKind;
  via: OwnerVia | null;
  /** As it was then: of a key that was deleted too. */
  name: string;
  how: ReadWay;
  count: number;
  firstAt: number;
  lastAt: number;
  /** Of the last time; null for the window and the command line. */
  ip: string | null;
  /** Encrypted variables that were read at once, this one too: the most of them. */
  together: number;
}

export interface VariableReads {
  reads: VariableRead[];
  /** Where the next page begins; null when there is none. */
  next: string | null;
}

/**
 * Who read a variable, newest first. Throws `not_found`.
 *
 * @param before `next` of the page before this one; undefined for the newest.
 */
export function listReads(
  ctx: Context,
  variableId: number,
  limit: number,
  before: string | undefined,
): VariableReads {
  const known = ctx.store.sqlite
    .prepare('SELECT 1 FROM env_vars WHERE id = ? AND hidden = 0')
    .get(variableId);
  if (!known) throw new AppError('not_found', 'This variable does not exist.');
  const [at = Number.MAX_SAFE_INTEGER, rowId = 0] = before?.split('.').map(Number) ?? [];
  // Of one reader on one day there are several rows when others were read with it; the newest has the name.
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT r.reader, r.kind, r.via, r.name, r.how, sum(r.count) AS count, min(r.first_at) AS firstAt, max(r.last_at) AS lastAt,
         r.ip, max(r.together) AS together, min(r.id) AS rowId
       FROM read_set_members m JOIN env_var_reads r ON r.set_id = m.set_id
       WHERE m.env_var_id = @variableId GROUP BY r.reader, r.how, r.day
       HAVING (max(r.last_at), min(r.id)) < (@at, @rowId) ORDER BY lastAt DESC, rowId DESC LIMIT @limit`,
    )
    .all({ variableId, at, rowId, limit: limit + 1 }) as (Omit<VariableRead, 'by'> & {
    reader: string;
    rowId: number;
  })[];
  const naming = createNaming(ctx);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    reads: page.map(({ rowId: _, reader, ...read }) => ({ ...read, by: nameReader(naming, reader, read) })),
    next: last ? `${last.lastAt}.${last.rowId}` : null,
  };
}
