import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** What SQLite found, in its own words; empty when the file is sound. */
export type IntegrityFindings = string[];

/** SQLite reports at most this many problems: one is enough to stop writing. */
const MAX_FINDINGS = 10;

/**
 * Runs `PRAGMA quick_check` on a connection and a thread of its own, so that neither start-up nor the event
 * loop waits for it. A check that cannot run at all counts as damage.
 */
export function checkIntegrity(path: string, signal: AbortSignal): Promise<IntegrityFindings> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { path } });
    worker.unref();
    signal.addEventListener('abort', () => void worker.terminate(), { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => resolve([]));
  });
}

function quickCheck(path: string): IntegrityFindings {
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
}

if (!isMainThread && typeof (workerData as { path?: unknown } | null)?.path === 'string') {
  parentPort?.postMessage(quickCheck((workerData as { path: string }).path));
}
