import Database from 'better-sqlite3';
import { answerRequests } from '../kernel/answer-requests.ts';
import { type IntegrityFindings, integrityProgram } from './integrity-check.ts';

/** SQLite reports at most this many problems: one is enough to stop writing. */
const MAX_FINDINGS = 10;

answerRequests(integrityProgram, ({ path }): IntegrityFindings => {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { readonly: true, timeout: 5000 });
    const findings = database.pragma(`quick_check(${MAX_FINDINGS})`) as { quick_check: string }[];
    return findings.map((row) => row.quick_check).filter((text) => text !== 'ok');
  } catch (error) {
    return [(error as { code?: string }).code ?? 'quick_check could not run'];
  } finally {
    database?.close();
  }
});
