import { hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { startSlices } from '../../kernel/slices.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { SecretId } from '../../vault/vault.ts';
import { findEnd } from './value-end.ts';

/** Read at once: few enough for a slice, and for the largest values. */
const PAGE_ROWS = 50;

interface Row {
  id: number;
  value: string | null;
  secretId: SecretId | null;
}

/** Of a value that was replaced where it is: the end of another one was known. */
export function noteFoundEnd(ctx: Context, secretId: SecretId, value: SecretText): void {
  const ids = ctx.store.sqlite
    .prepare('SELECT id FROM env_var_versions WHERE secret_id = ?')
    .pluck()
    .all(secretId) as number[];
  const note = prepareNote(ctx);
  for (const id of ids) note(id, value);
}

/**
 * Looks for the ends of values that were stored before they were looked for, in slices; returns how many values it looked
 * at. Those that cannot be decrypted now wait.
 */
export async function findMissingEnds(ctx: Context): Promise<number> {
  const select = ctx.store.sqlite.prepare(
    `SELECT id, value, secret_id AS secretId FROM env_var_versions
     WHERE is_end_known = 0 AND id > @after AND (secret_id IS NULL OR @isOpen) ORDER BY id LIMIT ${PAGE_ROWS}`,
  );
  const note = prepareNote(ctx);
  const slices = startSlices();
  let looked = 0;
  for (let after = 0; ; ) {
    const rows = select.all({ after, isOpen: ctx.vault.isLocked ? 0 : 1 }) as Row[];
    const last = rows.at(-1);
    if (!last) return looked;
    ctx.store.transaction(() => {
      for (const row of rows) {
        const value = read(ctx, row);
        if (value === null) continue;
        note(row.id, value);
        looked += 1;
      }
    });
    after = last.id;
    if (slices.isOver()) await slices.next();
  }
}

function prepareNote(ctx: Context): (versionId: number, value: SecretText) => void {
  const update = ctx.store.sqlite.prepare(
    'UPDATE env_var_versions SET found_end_at = ?, found_end_from = ?, is_end_known = 1 WHERE id = ?',
  );
  return (versionId, value) => {
    const end = findEnd(value);
    update.run(end?.at ?? null, end?.from ?? null, versionId);
  };
}

/** Null for what cannot be decrypted now. */
function read(ctx: Context, { value, secretId }: Row): SecretText | null {
  if (secretId === null) return new SecretText(value ?? '');
  try {
    return ctx.vault.peek(secretId);
  } catch (error) {
    if (hasCode(error, 'vault_locked') || hasCode(error, 'secret_unreadable') || hasCode(error, 'not_found'))
      return null;
    throw error;
  }
}
