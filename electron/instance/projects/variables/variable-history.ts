import type { Context } from '../../kernel/context.ts';
import type { SecretId } from '../../vault/vault.ts';
import type { KnownEnd } from '../ends/variable-end.ts';

/** Versions kept per variable; the oldest are deleted with their secrets. */
const MAX_VERSIONS = 50;

export const changeKinds = ['created', 'updated', 'reverted'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** A value as a row holds it: plain, or by its secret; and the end that was found in it. */
export interface StoredValue extends Omit<KnownEnd, 'endByHand'> {
  isSecret: number;
  value: string | null;
  secretId: SecretId | null;
}

export interface VariableVersion extends KnownEnd {
  id: number;
  version: number;
  isSecret: boolean;
  value: string | null;
  secretId: SecretId | null;
  change: ChangeKind;
  changedBy: string;
  changedAt: number;
}

/** Newest first. */
export function listVersions(ctx: Context, variableId: number): VariableVersion[] {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT id, version, is_secret AS isSecret, value, secret_id AS secretId, change, changed_by AS changedBy, changed_at AS changedAt,
         end_by_hand AS endByHand, found_end_at AS foundEndAt, found_end_from AS foundEndFrom
       FROM env_var_versions WHERE env_var_id = ? ORDER BY version DESC`,
    )
    .all(variableId) as (Omit<VariableVersion, 'isSecret'> & { isSecret: number })[];
  return rows.map((row) => ({ ...row, isSecret: row.isSecret === 1 }));
}

/** The next version number: never reused, even if old versions were deleted. */
export function findNextVersion(ctx: Context, variableId: number): number {
  return ctx.store.sqlite
    .prepare('SELECT coalesce(max(version), 0) + 1 FROM env_var_versions WHERE env_var_id = ?')
    .pluck()
    .get(variableId) as number;
}

/** A version as its row has it. */
export interface NewVersion extends StoredValue {
  variableId: number;
  version: number;
  change: ChangeKind;
  changedBy: string;
  endByHand: number | null;
}

/** Adds versions, and leaves the oldest to `dropOldVersions`. */
export function prepareVersions(ctx: Context): (version: NewVersion) => void {
  const insert = ctx.store.sqlite.prepare(
    `INSERT INTO env_var_versions (env_var_id, version, is_secret, value, secret_id, change, changed_by, changed_at,
       end_by_hand, found_end_at, found_end_from, is_end_known)
     VALUES (@variableId, @version, @isSecret, @value, @secretId, @change, @changedBy, @now,
       @endByHand, @foundEndAt, @foundEndFrom, 1)`,
  );
  return (version) => void insert.run({ ...version, now: ctx.clock.now() });
}

/** Of a variable whose newest version is this one. */
export function dropOldVersions(ctx: Context, variableId: number, version: number): void {
  if (version <= MAX_VERSIONS) return;
  const dropped = ctx.store.sqlite
    .prepare('DELETE FROM env_var_versions WHERE env_var_id = ? AND version <= ? RETURNING secret_id')
    .pluck()
    .all(variableId, version - MAX_VERSIONS) as (SecretId | null)[];
  ctx.vault.remove(dropped.filter((id) => id !== null));
}

/** SECURITY: what becomes secret must not stay readable in its own history. */
export function forgetPlainVersions(ctx: Context, variableId: number): void {
  ctx.store.sqlite
    .prepare('DELETE FROM env_var_versions WHERE env_var_id = ? AND is_secret = 0')
    .run(variableId);
}

/**
 * Removes earlier versions that no key can ever decrypt, which would block every rotation; returns their numbers.
 * SECURITY: versions another key may still decrypt are kept for a rescue.
 */
export function forgetDamagedVersions(ctx: Context, variableId: number, inForce: number): number[] {
  const sealed = listVersions(ctx, variableId).flatMap(({ version, secretId }) =>
    secretId === null || version === inForce ? [] : [{ version, secretId }],
  );
  const damaged = new Set(ctx.vault.listDamaged(sealed.map(({ secretId }) => secretId)));
  const forgotten = sealed.filter(({ secretId }) => damaged.has(secretId));
  const remove = ctx.store.sqlite.prepare(
    'DELETE FROM env_var_versions WHERE env_var_id = ? AND version = ?',
  );
  for (const { version } of forgotten) remove.run(variableId, version);
  ctx.vault.remove(forgotten.map(({ secretId }) => secretId));
  return forgotten.map(({ version }) => version);
}
