import Database from 'better-sqlite3';
import { APPLICATION_ID, type Sqlite } from './database-file.ts';
import { applyMigrations } from './migrate.ts';

/** What each schema version consists of, once it was asked for. */
const known = new Map<number, ReadonlySet<string>>();

/**
 * Whether a database has exactly the tables, indexes, views and triggers that the migrations up to a version make, each by
 * the same words. SECURITY: anything more would run, or be read, under a name that this program trusts.
 */
export function hasKnownSchema(sqlite: Sqlite, version: number): boolean {
  const wanted = findKnown(version);
  const found = new Set(listSchema(sqlite));
  return found.size === wanted.size && [...found].every((entry) => wanted.has(entry));
}

/** Finds out ahead of the first question, while there is nothing else to do. */
export function prepareKnownSchema(version: number): void {
  findKnown(version);
}

function findKnown(version: number): ReadonlySet<string> {
  const before = known.get(version);
  if (before) return before;
  const sqlite = new Database(':memory:');
  try {
    applyMigrations(sqlite, APPLICATION_ID, version);
    const entries = new Set(listSchema(sqlite));
    known.set(version, entries);
    return entries;
  } finally {
    sqlite.close();
  }
}

function listSchema(sqlite: Sqlite): string[] {
  const rows = sqlite.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema').raw().all();
  return rows.map((row) => JSON.stringify(row));
}
