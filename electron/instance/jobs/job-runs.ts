import type { Store } from '../store/store.ts';
import type { Payload, Result } from './job.ts';

export const runStates = ['queued', 'running', 'done', 'failed', 'interrupted'] as const;
export type RunState = (typeof runStates)[number];

export interface JobRun {
  id: number;
  job: string;
  key: string;
  payload: Payload | null;
  state: RunState;
  attempts: number;
  queuedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  progressDone: number | null;
  progressTotal: number | null;
  result: Result | null;
  errorCode: string | null;
  errorDetail: string | null;
}

/** Rows kept per job; the oldest finished ones are deleted. */
const KEPT_RUNS = 100;

const COLUMNS = `id, job, key, payload, state, attempts, queued_at AS queuedAt, started_at AS startedAt,
  finished_at AS finishedAt, progress_done AS progressDone, progress_total AS progressTotal, result,
  error_code AS errorCode, error_detail AS errorDetail`;
type Row = Omit<JobRun, 'payload' | 'result'> & { payload: string | null; result: string | null };

export interface RunFilter {
  job: string | null;
  state: RunState | null;
}

/** Newest first. */
export function listRuns({ sqlite }: Store, filter: RunFilter, limit: number): JobRun[] {
  const rows = sqlite
    .prepare(
      `SELECT ${COLUMNS} FROM job_runs WHERE (@job IS NULL OR job = @job) AND (@state IS NULL OR state = @state)
       ORDER BY id DESC LIMIT @limit`,
    )
    .all({ ...filter, limit });
  return (rows as Row[]).map(fromRow);
}

/** Runs that a kill interrupted or left queued, in order of request. */
export function listUnfinished({ sqlite }: Store): JobRun[] {
  const rows = sqlite
    .prepare(`SELECT ${COLUMNS} FROM job_runs WHERE state IN ('queued', 'running') ORDER BY id`)
    .all();
  return (rows as Row[]).map(fromRow);
}

/** Returns the id of the new row. */
export function insertRun(
  { sqlite }: Store,
  job: string,
  key: string,
  payload: Payload,
  nowMs: number,
): number {
  return sqlite
    .prepare(
      `INSERT INTO job_runs (job, key, payload, state, queued_at) VALUES (?, ?, ?, 'queued', ?) RETURNING id`,
    )
    .pluck()
    .get(job, key, JSON.stringify(payload), nowMs) as number;
}

/** False when the run was not waiting any more: somebody else has it, or it ended. */
export function claimRun({ sqlite }: Store, id: number, nowMs: number): boolean {
  return (
    sqlite
      .prepare(
        `UPDATE job_runs SET state = 'running', attempts = attempts + 1, started_at = ? WHERE id = ? AND state = 'queued'`,
      )
      .run(nowMs, id).changes === 1
  );
}

export function noteProgress({ sqlite }: Store, id: number, done: number, total: number | null): void {
  sqlite
    .prepare('UPDATE job_runs SET progress_done = ?, progress_total = ? WHERE id = ?')
    .run(done, total, id);
}

export interface Ending {
  state: Exclude<RunState, 'running'>;
  result?: Result | undefined;
  errorCode?: string;
  errorDetail?: string;
}

/** Ends a run, or puts it back among the waiting, and drops what is too old to keep. */
export function endRun({ sqlite }: Store, id: number, ending: Ending, nowMs: number): void {
  sqlite
    .prepare(
      `UPDATE job_runs SET state = @state, finished_at = @finishedAt, result = @result, error_code = @errorCode,
         error_detail = @errorDetail WHERE id = @id`,
    )
    .run({
      id,
      state: ending.state,
      finishedAt: ending.state === 'queued' ? null : nowMs,
      result: ending.result ? JSON.stringify(ending.result) : null,
      errorCode: ending.errorCode ?? null,
      errorDetail: ending.errorDetail ?? null,
    });
  sqlite
    .prepare(
      `DELETE FROM job_runs WHERE state NOT IN ('queued', 'running') AND job = (SELECT job FROM job_runs WHERE id = @id)
       AND id NOT IN (SELECT id FROM job_runs WHERE job = (SELECT job FROM job_runs WHERE id = @id)
         ORDER BY id DESC LIMIT @kept)`,
    )
    .run({ id, kept: KEPT_RUNS });
}

/** When a job with a schedule was due last; null before it was seen first. */
export function findLastDue({ sqlite }: Store, job: string): number | null {
  const at = sqlite.prepare('SELECT last_due_at FROM job_schedules WHERE job = ?').pluck().get(job);
  return (at as number | undefined) ?? null;
}

export function noteDue({ sqlite }: Store, job: string, atMs: number): void {
  sqlite
    .prepare(
      'INSERT INTO job_schedules (job, last_due_at) VALUES (@job, @atMs) ON CONFLICT (job) DO UPDATE SET last_due_at = @atMs',
    )
    .run({ job, atMs });
}

function fromRow(row: Row): JobRun {
  const parse = <T>(text: string | null) => (text === null ? null : (JSON.parse(text) as T));
  return { ...row, payload: parse<Payload>(row.payload), result: parse<Result>(row.result) };
}
