import Database from 'better-sqlite3';
import { answerRequests } from '../kernel/answer-requests.ts';
import { AppError } from '../kernel/app-error.ts';
import { APPLICATION_ID, type Sqlite } from './database-file.ts';
import {
  distrust,
  type Examination,
  type ExaminationFailure,
  type ExaminationRequest,
  examinationProgram,
} from './examination.ts';
import { hasKnownSchema, prepareKnownSchema } from './known-schema.ts';
import { applyMigrations, latestVersion } from './migrate.ts';
import { countContents, type RowCounts } from './row-counts.ts';
import { asStoreError } from './store-error.ts';

class Failure extends Error {
  readonly because: ExaminationFailure;

  constructor(because: ExaminationFailure) {
    super(because);
    this.because = because;
  }
}

answerRequests(examinationProgram, (request): Examination => {
  let sqlite: Sqlite | undefined;
  try {
    sqlite = new Database(request.path, { fileMustExist: true });
    return { outcome: 'sound', counts: examine(sqlite, request) };
  } catch (error) {
    return { outcome: 'failed', because: nameFailure(error) };
  } finally {
    sqlite?.close();
  }
});

// While what it will examine is still being unpacked.
setImmediate(() => prepareKnownSchema(latestVersion()));

function examine(sqlite: Sqlite, { schemaVersion, instanceId, grouped }: ExaminationRequest): RowCounts {
  distrust(sqlite);
  // Both are in the file's header: nothing of its schema has been read yet.
  const isOurs = sqlite.pragma('application_id', { simple: true }) === APPLICATION_ID;
  const version = sqlite.pragma('user_version', { simple: true });
  if (!isOurs || version !== schemaVersion || schemaVersion > latestVersion()) throw new Failure('database');
  if (!hasKnownSchema(sqlite, schemaVersion)) throw new Failure('schema');
  sqlite.pragma('journal_mode = DELETE');
  sqlite.pragma('synchronous = FULL');
  const [found] = sqlite.pragma('integrity_check(1)') as { integrity_check: string }[];
  if (found?.integrity_check !== 'ok') throw new Failure('structure');
  if (sqlite.prepare('SELECT 1 FROM pragma_foreign_key_check LIMIT 1').get()) throw new Failure('structure');
  const ids = sqlite.prepare('SELECT id FROM instance').pluck().all();
  if (ids.length !== 1 || ids[0] !== instanceId) throw new Failure('instance');
  const counts = countContents(sqlite, grouped);
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('recursive_triggers = ON');
  applyMigrations(sqlite, APPLICATION_ID);
  return counts;
}

function nameFailure(error: unknown): ExaminationFailure {
  if (error instanceof Failure) return error.because;
  const known = asStoreError(error, '');
  if (!(known instanceof AppError)) return 'structure';
  if (known.code === 'disk_full' || known.code === 'disk_failed') return known.code;
  return known.code === 'database_not_one' ? 'database' : 'structure';
}
