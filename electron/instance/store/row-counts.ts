import type { Sqlite } from './database-file.ts';
import { countRows } from './snapshot.ts';

/** A column whose values are counted, each for itself. */
export interface Grouped {
  table: string;
  column: string;
}

export interface RowCounts {
  /** Of every table, by its name. */
  rows: Record<string, number>;
  /** Of the grouped table, by the value of its column; none for a table that is not there. */
  groups: Record<string, number>;
}

/** Counts every row of a database, as a backup says it of itself. */
export function countContents(sqlite: Sqlite, { table, column }: Grouped): RowCounts {
  const rows = countRows(sqlite);
  if (!Object.hasOwn(rows, table)) return { rows, groups: {} };
  const found = sqlite
    .prepare(`SELECT "${column}" AS name, count(*) AS n FROM "${table}" GROUP BY "${column}"`)
    .all() as { name: string; n: number }[];
  return { rows, groups: Object.fromEntries(found.map(({ name, n }) => [name, n])) };
}
