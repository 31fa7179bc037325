import type { Caller } from '../../access/caller.ts';
import { type Actor, createNaming } from '../../audit/actors.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { putLast } from '../../kernel/recent.ts';
import { projectOperations } from '../operations.ts';
import {
  type NoticedWay,
  nameReader,
  type OwnerVia,
  type Reader,
  type ReaderKind,
  type ReadWay,
  readerNumber,
  toReader,
} from './reader.ts';

/**
 * What is unusual:
 * - `new_key`: the first reading by an API key or deployment token, within a day of its creation. Once for each.
 * - `bulk`: BULK_VARIABLES different ones within BULK_WINDOW_MS, by someone who never read so many. Once for each.
 * - `people`: no reading. A program's key added, deleted or restored people, or changed their roles. One notice until it is
 *   dismissed; what the key does after that is another.
 *
 * Never what someone with the OS account reads, at the window or the command line: they have the key itself. A
 * deployment token that runs its project is what it is for, and a comparison gives no value: neither
 * is `bulk`.
 */
export const unusualRules = ['new_key', 'bulk', 'people'] as const;
export type UnusualRule = (typeof unusualRules)[number];

export const NEW_KEY_MS = 24 * 60 * 60 * 1000;
export const BULK_VARIABLES = 20;
export const BULK_WINDOW_MS = 60 * 60 * 1000;
/** More of one reader are not counted. */
const MAX_COUNTED = 5000;
/** Readers remembered at once; the one that read longest ago goes first. */
const MAX_READERS = 1000;
/** More at once are shown once those are dismissed. */
const MAX_LISTED = 100;

export function isJudged({ kind, via }: Reader): boolean {
  return kind !== 'owner' || via === 'browser';
}

export function mayBeBulk({ kind }: Reader, how: ReadWay): boolean {
  return how !== 'compared' && !(how === 'run' && kind === 'token');
}

/** How many different variables each reader read within the window, since this start. */
export interface BulkWindow {
  count(reader: Reader, variableIds: readonly number[], atMs: number): number;
}

export function createBulkWindow(): BulkWindow {
  const readers = new Map<string, Map<number, number>>();
  return {
    count({ id }, variableIds, atMs) {
      const seen = readers.get(id) ?? new Map<number, number>();
      putLast(readers, id, seen, MAX_READERS);
      // A clock that was set back begins a new window.
      for (const [variableId, seenAt] of seen)
        if (atMs - seenAt >= BULK_WINDOW_MS || seenAt > atMs) seen.delete(variableId);
      for (const variableId of variableIds) {
        if (seen.size >= MAX_COUNTED) break;
        seen.set(variableId, atMs);
      }
      return seen.size;
    },
  };
}

/** One reading to be judged. */
export interface JudgedRead {
  reader: Reader;
  how: ReadWay;
  at: number;
  /** Variables in this reading. */
  variables: number;
  /** Different ones within the window; 0 where that is not unusual. */
  inWindow: number;
}

/** Notes a reader and what is unusual, in the transaction that keeps the reading. */
export function judgeRead(ctx: Context, read: JudgedRead): void {
  const { reader, at, inWindow } = read;
  const { sqlite } = ctx.store;
  const isFirst =
    sqlite
      .prepare('INSERT OR IGNORE INTO env_var_readers (reader, first_at) VALUES (?, ?)')
      .run(reader.id, at).changes === 1;
  if (!isJudged(reader)) return;
  if (isFirst && reader.createdAt !== null && at - reader.createdAt < NEW_KEY_MS)
    addNotice(ctx, 'new_key', read, read.variables);
  if (inWindow < BULK_VARIABLES) return;
  const isFirstBulk =
    sqlite
      .prepare('UPDATE env_var_readers SET bulk_at = ? WHERE reader = ? AND bulk_at IS NULL')
      .run(at, reader.id).changes === 1;
  if (!growNotice(ctx, read) && isFirstBulk) addNotice(ctx, 'bulk', read, inWindow);
}

function addNotice(
  ctx: Context,
  rule: UnusualRule,
  { reader, how, at }: Pick<JudgedRead, 'reader' | 'at'> & { how: NoticedWay },
  variables: number,
): void {
  ctx.store.sqlite
    .prepare(
      `INSERT INTO unusual_reads (at, rule, reader, kind, via, name, project_id, how, variables, ip)
       VALUES (@at, @rule, @id, @kind, @via, @name, @projectId, @how, @variables, @ip)`,
    )
    .run({ ...reader, rule, how, at, variables });
}

/**
 * Notes that a program's key changed people, in the transaction that does so: whoever got hold of the key would let
 * themselves in this way. People are not noted: they confirm who they are.
 */
export function notePeopleManaged(ctx: Context, actor: Caller | null): void {
  if (actor?.kind !== 'key') return;
  const reader = toReader(actor);
  const isNoted =
    ctx.store.sqlite
      .prepare(
        `UPDATE unusual_reads SET variables = variables + 1
         WHERE reader = ? AND rule = 'people' AND dismissed_at IS NULL`,
      )
      .run(reader.id).changes > 0;
  if (!isNoted) addNotice(ctx, 'people', { reader, how: 'managed', at: ctx.clock.now() }, 1);
  ctx.events.emit('changed', { resource: 'secret-reads', userId: null });
}

/** What goes on while nobody looked is one notice, with all of it. Returns whether there is one. */
function growNotice(ctx: Context, { reader, at, inWindow }: JudgedRead): boolean {
  return (
    ctx.store.sqlite
      .prepare(
        `UPDATE unusual_reads SET variables = max(variables, @inWindow)
         WHERE id = (SELECT max(id) FROM unusual_reads WHERE reader = @reader AND rule <> 'people') AND dismissed_at IS NULL AND at > @since`,
      )
      .run({ reader: reader.id, inWindow, since: at - BULK_WINDOW_MS }).changes === 1
  );
}

export interface UnusualRead {
  by: Actor;
  id: number;
  at: number;
  rule: UnusualRule;
  kind: ReaderKind;
  via: OwnerVia | null;
  name: string;
  how: NoticedWay;
  /** How many variables, or with the rule `people` how many changes of people. */
  variables: number;
  ip: string | null;
  /** Page of the console where the reader's access can be taken away; null where it is gone. */
  path: string | null;
}

/** Those nobody dismissed, newest first. */
export function listUnusualReads(ctx: Context): UnusualRead[] {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT u.id, u.at, u.rule, u.reader, u.kind, u.via, u.name, u.how, u.variables, u.ip, p.slug
       FROM unusual_reads u LEFT JOIN projects p ON p.id = u.project_id AND p.hidden = 0
       WHERE u.dismissed_at IS NULL ORDER BY u.id DESC LIMIT ${MAX_LISTED}`,
    )
    .all() as (Omit<UnusualRead, 'path' | 'by'> & { slug: string | null; reader: string })[];
  const naming = createNaming(ctx);
  return rows.map(({ slug, reader, ...row }) => ({
    ...row,
    by: nameReader(naming, reader, row),
    path: findPath(row.kind, slug),
  }));
}

function findPath(kind: ReaderKind, slug: string | null): string | null {
  switch (kind) {
    case 'key':
      return '/people/keys';
    case 'token':
      return slug === null ? null : `/projects/${slug}/tokens`;
    case 'user':
      return '/people';
    case 'owner':
      return '/account';
  }
}

/** For this occurrence only. Throws `not_found` for one that is not open. */
export function dismissUnusualRead(ctx: Context, actor: Caller, id: number): void {
  ctx.store.transaction(() => {
    const read = ctx.store.sqlite
      .prepare(
        `UPDATE unusual_reads SET dismissed_at = ?, dismissed_by = ? WHERE id = ? AND dismissed_at IS NULL
         RETURNING reader, kind, name`,
      )
      .get(ctx.clock.now(), actor.label, id) as
      | (Pick<Reader, 'kind' | 'name'> & { reader: string })
      | undefined;
    if (!read) throw new AppError('not_found', 'This reading is not among those that need attention.');
    ctx.audit.append(projectOperations.UNUSUAL_READ_DISMISSED, actor, {
      id,
      reader: nameReader(createNaming(ctx), read.reader, read).name,
      ...(read.kind === 'user' ? { user_id: readerNumber(read.reader) } : {}),
    });
  });
}
