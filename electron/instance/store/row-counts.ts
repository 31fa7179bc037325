import type { Sqlite } from './database-file.ts';

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

/** Counts every row of a database: what a backup says of itself, and what is found in it. */
export function countContents(sqlite: Sqlite, { table, column }: Grouped): RowCounts {
  const rows = countRows(sqlite);
  if (!Object.hasOwn(rows, table)) return { rows, groups: {} };
  const found = sqlite
    .prepare(`SELECT "${column}" AS name, count(*) AS n FROM "${table}" GROUP BY "${column}"`)
    .all() as { name: string; n: number }[];
  return { rows, groups: Object.fromEntries(found.map(({ name, n }) => [name, n])) };
}

/** How many rows each table has. */
export function countRows(sqlite: Sqlite): Record<string, number> {
  const tables = sqlite
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  const count = (table: string) =>
    sqlite
      .prepare(`SELECT count(*) FROM "${table.replaceAll('"', '""')}"`)
      .pluck()
      .get() as number;
  return Object.fromEntries(tables.map((table) => [table, count(table)]));
}

/** A name with its count now (null where nothing is there) and in a backup. */
export interface ComparedCount {
  name: string;
  now: number | null;
  backup: number;
}

/** By name. */
export function compareCounts(
  now: Readonly<Record<string, number>> | undefined,
  backup: Readonly<Record<string, number>>,
): ComparedCount[] {
  const [before, after] = [new Map(Object.entries(now ?? {})), new Map(Object.entries(backup))];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.map((name) => ({
    name,
    now: now ? (before.get(name) ?? 0) : null,
    backup: after.get(name) ?? 0,
  }));
}

/** More than anyone reads in one list. */
const MAX_NAMES = 1000;

/** The different texts in a column; none for a table that is not there. */
export function listNames(sqlite: Sqlite, { table, column }: Grouped): string[] {
  const isThere = sqlite
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .pluck()
    .get(table);
  if (isThere === undefined) return [];
  return sqlite
    .prepare(`SELECT DISTINCT "${column}" FROM "${table}" ORDER BY 1 LIMIT ${MAX_NAMES}`)
    .pluck()
    .all() as string[];
}
