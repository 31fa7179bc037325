import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';

const HOUR_MS = 60 * 60 * 1000;
export const DAY_MS = 24 * HOUR_MS;

/** A key of a key of a key …: every request by the last one looks at all of them. */
const MAX_GENERATIONS = 5;

/** An API key among those that depend on each other: a key made by a key ends no later than it, and with it. */
export interface KeyInLine {
  id: number;
  parentId: number | null;
  isActive: boolean;
  expiresAt: number | null;
  /** Where it may be used from; null for anywhere. */
  allowedFrom: string[] | null;
}

/** The key itself, then the key it was made by, and so on to one that a person made. */
export function listAncestry(ctx: Context, id: number): KeyInLine[] {
  const rows = ctx.store.sqlite
    .prepare(
      `WITH RECURSIVE line(id, parent_id, is_active, expires_at, allowed_from, generation) AS (
         SELECT id, parent_id, is_active, expires_at, allowed_from, 0 FROM api_keys WHERE id = ?
         UNION
         SELECT k.id, k.parent_id, k.is_active, k.expires_at, k.allowed_from, generation + 1
         FROM api_keys k JOIN line ON k.id = line.parent_id WHERE generation < 100
       )
       SELECT id, parent_id AS parentId, is_active AS isActive, expires_at AS expiresAt,
         allowed_from AS allowedFrom FROM line ORDER BY generation`,
    )
    .all(id) as (Omit<KeyInLine, 'isActive' | 'allowedFrom'> & {
    isActive: number;
    allowedFrom: string | null;
  })[];
  return rows.map((row) => ({
    ...row,
    isActive: row.isActive === 1,
    allowedFrom: parseStored(row.allowedFrom),
  }));
}

/** A list of networks as rows have it. */
export const parseStored = (stored: string | null): string[] | null =>
  stored === null ? null : (JSON.parse(stored) as string[]);

/** Ids of the keys it made, that these made, and so on; the youngest first. */
export function listDescendants(ctx: Context, id: number): number[] {
  return ctx.store.sqlite
    .prepare(
      `WITH RECURSIVE line(id) AS (
         SELECT id FROM api_keys WHERE parent_id = ?
         UNION
         SELECT k.id FROM api_keys k JOIN line ON k.parent_id = line.id
       )
       SELECT id FROM line ORDER BY id DESC`,
    )
    .pluck()
    .all(id) as number[];
}

/** Throws `key_revoked` or `key_expired` unless every key it depends on is in force. */
export function requireInForce(ctx: Context, line: readonly KeyInLine[]): void {
  const now = ctx.clock.now();
  for (const { isActive, expiresAt } of line) {
    if (!isActive) throw new AppError('key_revoked', 'The key that created this one was turned off.');
    if (expiresAt !== null && expiresAt <= now)
      throw new AppError('key_expired', 'The key that created this one has expired.');
  }
}

export function isInForce({ isActive, expiresAt }: KeyInLine, nowMs: number): boolean {
  return isActive && (expiresAt === null || expiresAt > nowMs);
}

/** When the last of these ends at the latest; null for never. */
export function findEnd(line: readonly KeyInLine[]): number | null {
  const ends = line.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
  return ends.length === 0 ? null : Math.min(...ends);
}

/**
 * When a new key or token ends: as asked for, or after the usual time, and no later than the key that makes it. Throws
 * `invalid_request` for a time in the past or after that key's end.
 */
export function chooseExpiry(
  ctx: Context,
  wanted: number | null | undefined,
  usualMs: number,
  makers: readonly KeyInLine[],
): number | null {
  const now = ctx.clock.now();
  const end = findEnd(makers);
  if (wanted === undefined) return Math.min(now + usualMs, end ?? Number.POSITIVE_INFINITY);
  if (wanted !== null && wanted <= now) throw refuseExpiry('It would already be expired.', 'in the past');
  requireNoLater(wanted, end);
  return wanted;
}

/** Throws `invalid_request` for an end after that of the key it depends on. */
export function requireNoLater(wanted: number | null, end: number | null): void {
  if (end !== null && (wanted === null || wanted > end))
    throw refuseExpiry(
      'A key that a key created ends no later than it.',
      `not after ${new Date(end).toISOString()}`,
    );
}

/**
 * The end of a key that may live so many days from its creation on. Clocks differ: a little later is taken for that. Throws
 * `invalid_request` for one that ends later, or never.
 */
export function requireWithinDays(wanted: number | null, createdAt: number, days: number): number {
  const end = createdAt + days * DAY_MS;
  if (wanted !== null && wanted <= end + HOUR_MS) return Math.min(wanted, end);
  throw refuseExpiry(
    `A key that may manage people ends within ${days} days of its creation.`,
    `not after ${new Date(end).toISOString()}`,
  );
}

/** Throws `forbidden` when there would be too many keys to look at. */
export function requireFewGenerations(makers: readonly KeyInLine[]): void {
  if (makers.length >= MAX_GENERATIONS)
    throw new AppError(
      'forbidden',
      `This key was created by a key that a key created …: after ${MAX_GENERATIONS}, a person has to.`,
    );
}

function refuseExpiry(detail: string, problem: string): AppError {
  return new AppError('invalid_request', detail, { fields: { expires_at: problem } });
}
