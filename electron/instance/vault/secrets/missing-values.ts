import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../../store/store.ts';
import type { SecretId } from '../vault.ts';

/** Rows looked at before the event loop is let go: a few milliseconds. */
const ROWS_AT_ONCE = 2000;

/**
 * Ids that a column of some table refers to, and that no row of `secrets` has. The schema itself says which columns
 * those are, so the vault need not know whose they are.
 */
export async function listMissingValues({ sqlite }: Pick<Store, 'sqlite'>): Promise<SecretId[]> {
  const columns = sqlite
    .prepare(
      `SELECT t.name AS tableName, f."from" AS columnName FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
       WHERE t.type = 'table' AND f."table" = 'secrets'`,
    )
    .all() as { tableName: string; columnName: string }[];
  const missing = new Set<SecretId>();
  for (const { tableName, columnName } of columns) {
    const page = sqlite.prepare(
      `SELECT max(rowid) AS last, json_group_array(id) FILTER (WHERE id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM secrets s WHERE s.id = page.id)) AS ids
       FROM (SELECT rowid, "${columnName}" AS id FROM "${tableName}" WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_AT_ONCE}) page`,
    );
    for (let last: number | null = -1; last !== null; ) {
      const found = page.get(last) as { last: number | null; ids: string };
      for (const id of JSON.parse(found.ids) as SecretId[]) missing.add(id);
      last = found.last;
      await nextTurn();
    }
  }
  return [...missing];
}
