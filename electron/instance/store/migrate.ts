import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';

const folder = join(import.meta.dirname, 'migrations');

interface Journal {
  entries: { idx: number; tag: string }[];
}

let journal: Journal | undefined;

function readJournal(): Journal {
  journal ??= JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')) as Journal;
  return journal;
}

/** Schema version this program knows: the number of its migrations. */
export function latestVersion(): number {
  return readJournal().entries.length;
}

/**
 * Brings the database from `PRAGMA user_version` to `target`, every migration and the new version in one
 * transaction: a kill in between leaves the old version whole. Writes nothing when there is nothing to do,
 * which a locked start relies on (drizzle's own migrator keeps its state in a table and asks for it by
 * creating it, so the files are drizzle-kit's and the few lines that run them are ours).
 */
export function applyMigrations(
  sqlite: Database.Database,
  applicationId: number,
  target = latestVersion(),
): void {
  const from = sqlite.pragma('user_version', { simple: true }) as number;
  if (from >= target) return;
  sqlite
    .transaction(() => {
      for (const { tag } of readJournal().entries.slice(from, target)) {
        for (const statement of readFileSync(join(folder, `${tag}.sql`), 'utf8').split(
          '--> statement-breakpoint',
        )) {
          sqlite.exec(statement);
        }
      }
      sqlite.pragma(`application_id = ${applicationId}`);
      sqlite.pragma(`user_version = ${target}`);
    })
    .immediate();
}
