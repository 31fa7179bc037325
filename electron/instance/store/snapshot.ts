import { closeSync, openSync, realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { formatMark, readMark } from './commit-mark.ts';
import { readIdentity, type Sqlite } from './database-file.ts';
import type { InstanceIdentity } from './instance-table.ts';

/** How long a snapshot waits for another connection. */
const BUSY_MS = 30_000;

/** Rows of a table that a snapshot is without. */
export interface LeftOut {
  table: string;
  /** Which, as a condition in SQL; all of them unless said. */
  where?: string;
}

export interface SnapshotSource {
  sqlite: Sqlite;
  identity: InstanceIdentity;
  /** Number of the database's migrations. */
  schemaVersion: number;
}

/**
 * Writes the state of a database, as of one moment, to a new file (0600): what a running instance changes meanwhile is
 * in it whole or not at all. Synchronous, for as long as it takes to write the file: for a process of its own.
 *
 * SECURITY: the file is written anew, so that nothing travels in pages that were freed, and rows that are left out are
 * overwritten. What reads and writes has no log and no temporary file beside it. The file is not synced: a caller that keeps
 * it does that.
 *
 * @param read is given the finished snapshot.
 */
export function takeSnapshot<T>(
  database: string,
  file: string,
  leftOut: readonly LeftOut[],
  read: (source: SnapshotSource) => T,
): T {
  // Made here, so that it is 0600 from its first instant.
  closeSync(openSync(file, 'wx', 0o600));
  const source = new Database(realpathSync(database), { readonly: true, timeout: BUSY_MS });
  try {
    source.pragma('temp_store = MEMORY');
    // Of the file that is written, too.
    source.pragma('synchronous = OFF');
    source.prepare('VACUUM INTO ?').run(file);
  } finally {
    source.close();
  }
  const sqlite = new Database(file);
  try {
    sqlite.pragma('journal_mode = MEMORY');
    sqlite.pragma('temp_store = MEMORY');
    sqlite.pragma('synchronous = OFF');
    sqlite.pragma('secure_delete = ON');
    sqlite.transaction(() => {
      leaveOut(sqlite, leftOut);
      closeMark(sqlite);
    })();
    const schemaVersion = sqlite.pragma('user_version', { simple: true }) as number;
    return read({ sqlite, identity: readIdentity(sqlite, file), schemaVersion });
  } finally {
    sqlite.close();
  }
}

/** In the caller's transaction. A database of an earlier version may not have a table yet. */
export function leaveOut(sqlite: Sqlite, leftOut: readonly LeftOut[]): void {
  for (const { table, where } of leftOut.filter((each) => hasTable(sqlite, each.table)))
    sqlite.exec(`DELETE FROM "${table}"${where === undefined ? '' : ` WHERE ${where}`}`);
}

/** It has no log, and misses nothing by that: as a file that was closed. */
function closeMark(sqlite: Sqlite): void {
  if (!hasTable(sqlite, 'commit_mark')) return;
  const mark = readMark(sqlite);
  if (!mark) return;
  sqlite
    .prepare('INSERT OR REPLACE INTO commit_mark (id, mark) VALUES (1, ?)')
    .run(formatMark({ ...mark, isOpen: false }));
}

function hasTable(sqlite: Sqlite, name: string): boolean {
  const find = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  return find.get(name) !== undefined;
}
