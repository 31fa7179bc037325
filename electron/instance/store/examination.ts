import Database from 'better-sqlite3';
import { AppError } from '../kernel/app-error.ts';
import type { ProcessHost } from '../kernel/process-hosts.ts';
import { type ProcessForOne, type Program, programFile, startOnce } from '../kernel/processes.ts';
import type { Sqlite } from './database-file.ts';
import { hasKnownSchema } from './known-schema.ts';
import { latestVersion } from './migrate.ts';
import type { Grouped, RowCounts } from './row-counts.ts';

/** A database file that came from elsewhere, and what it is said to be. */
export interface ExaminationRequest {
  /** It is brought to the newest version in its place. */
  path: string;
  schemaVersion: number;
  instanceId: string;
  grouped: Grouped;
}

/** What may be wrong with it, in the order in which it is looked for. */
export const examinationFailures = [
  'database',
  'schema',
  'structure',
  'instance',
  'disk_full',
  'disk_failed',
] as const;
export type ExaminationFailure = (typeof examinationFailures)[number];

export type Examination =
  /** Counted before it was brought to the newest version. */
  { outcome: 'sound'; counts: RowCounts } | { outcome: 'failed'; because: ExaminationFailure };

/** Far more than a check and a migration take for each MiB. */
const MS_PER_MIB = 1000;
const MIB = 1024 * 1024;
/** More tables or kinds than there will be. */
const MAX_COUNTS = 1000;

export const examinationProgram: Program<ExaminationRequest, Examination> = {
  name: 'database examination',
  file: programFile(import.meta, 'examination-process'),
  timeoutMs: 5 * 60_000,
  heapMib: 256,
  parseRequest(message) {
    const { path, schemaVersion, instanceId, grouped } = message as ExaminationRequest;
    if (typeof path !== 'string' || typeof schemaVersion !== 'number') throw new TypeError('no database');
    return { path, schemaVersion, instanceId, grouped };
  },
  parseAnswer(message) {
    const { outcome, counts, because } = message as Record<string, unknown>;
    const failure = examinationFailures.find((name) => name === because);
    if (outcome === 'failed' && failure) return { outcome, because: failure };
    if (outcome !== 'sound') throw new TypeError('no outcome');
    const { rows, groups } = counts as Record<string, unknown>;
    return { outcome, counts: { rows: parseCounts(rows), groups: parseCounts(groups) } };
  },
};

function parseCounts(message: unknown): Record<string, number> {
  const entries = Object.entries(message as object);
  if (entries.length > MAX_COUNTS || !entries.every(([, count]) => Number.isSafeInteger(count)))
    throw new TypeError('no counts');
  return Object.fromEntries(entries) as Record<string, number>;
}

export type Examiner = ProcessForOne<ExaminationRequest, Examination>;

/** Starts a process that examines a database which came from elsewhere, and holds no key. Throws `process_failed`. */
export function startExaminer(processes: ProcessHost): Examiner {
  return startOnce(processes, examinationProgram);
}

/**
 * Refuses a schema that is not exactly its version's, checks structure and references, counts the rows, and migrates it.
 * Throws `process_failed`.
 *
 * @param sizeBytes of the file: bounds the time.
 */
export async function examineDatabase(
  examiner: Examiner,
  request: ExaminationRequest,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<Examination> {
  const timeoutMs = examinationProgram.timeoutMs + (sizeBytes / MIB) * MS_PER_MIB;
  return await examiner.ask(request, { signal, timeoutMs });
}

/** SECURITY: what a database brings along is not run, and a cell is not believed to lie in its page. */
export function distrust(sqlite: Sqlite): void {
  sqlite.pragma('trusted_schema = OFF');
  sqlite.pragma('cell_size_check = ON');
  sqlite.pragma('mmap_size = 0');
  sqlite.pragma('temp_store = MEMORY');
}

/**
 * Opens an examined database for reading. SECURITY: its schema is compared once more, since the process that examined it
 * had it in its hands. Throws `database_damaged`.
 */
export function openExamined(path: string): Sqlite {
  const sqlite = new Database(path, { readonly: true });
  try {
    distrust(sqlite);
    if (hasKnownSchema(sqlite, latestVersion())) return sqlite;
  } catch (cause) {
    sqlite.close();
    throw new AppError('database_damaged', `${path} cannot be read.`, { cause });
  }
  sqlite.close();
  throw new AppError('database_damaged', `${path} is not what it was examined to be.`);
}
