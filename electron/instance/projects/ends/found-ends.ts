import { hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { startSlices } from '../../kernel/slices.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { SecretId } from '../../vault/vault.ts';
import { type FoundEnd, findEnd } from './value-end.ts';

/** Read at once: few enough for a slice, and for the largest values. */
const PAGE_ROWS = 50;
/** Written at once: a commit takes longer than many rows. */
const BATCH_ROWS = 2000;

interface Row {
  id: number;
  value: string | null;
  secretId: SecretId | null;
}

interface Found {
  versionId: number;
  end: FoundEnd | null;
}

/** Of a value that was replaced where it is: the end of another one was known. */
export function noteFoundEnd(ctx: Context, secretId: SecretId, value: SecretText): void {
  const end = findEnd(value);
  ctx.store.sqlite
    .prepare(
      'UPDATE env_var_versions SET found_end_at = ?, found_end_from = ?, is_end_known = 1 WHERE secret_id = ?',
    )
    .run(end?.at ?? null, end?.from ?? null, secretId);
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
  const slices = startSlices();
  let looked = 0;
  let batch: Found[] = [];
  for (let after = 0; ; ) {
    const rows = select.all({ after, isOpen: ctx.vault.isLocked ? 0 : 1 }) as Row[];
    const last = rows.at(-1);
    for (const row of rows) {
      const value = read(ctx, row);
      if (value !== null) batch.push({ versionId: row.id, end: findEnd(value) });
    }
    if (batch.length > 0 && (!last || batch.length >= BATCH_ROWS)) {
      write(ctx, batch);
      looked += batch.length;
      batch = [];
    }
    if (!last) return looked;
    after = last.id;
    if (slices.isOver()) await slices.next();
  }
}

/** What was entered again since it was read is known already. */
function write(ctx: Context, batch: readonly Found[]): void {
  const update = ctx.store.sqlite.prepare(
    'UPDATE env_var_versions SET found_end_at = ?, found_end_from = ?, is_end_known = 1 WHERE id = ? AND is_end_known = 0',
  );
  ctx.store.transaction(() => {
    for (const { versionId, end } of batch) update.run(end?.at ?? null, end?.from ?? null, versionId);
  });
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
