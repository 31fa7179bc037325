import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DATABASE_FILE } from './data-directory.ts';
import type { Sqlite } from './database-file.ts';

/**
 * Reads the database of a data directory that another process owns: on a connection that can write nothing. Null
 * where it cannot be read.
 */
export function readAside<T>(dataDir: string, read: (sqlite: Sqlite) => T): T | null {
  let sqlite: Sqlite | undefined;
  try {
    sqlite = new Database(realpathSync(join(dataDir, DATABASE_FILE)), { readonly: true, timeout: 1000 });
    return read(sqlite);
  } catch {
    // What it would say is a help, and never worth an error of its own.
    return null;
  } finally {
    sqlite?.close();
  }
}
