import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One row for each run of a job: it survives a kill, and the next start continues from it. */
export const jobRuns = sqliteTable(
  'job_runs',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    job: text('job').notNull(),
    /** Runs of one key never overlap. */
    key: text('key').notNull(),
    /** Only ids. */
    payload: text('payload', { mode: 'json' }).$type<Record<string, unknown>>(),
    state: text('state').$type<'queued' | 'running' | 'done' | 'failed' | 'interrupted'>().notNull(),
    /** How often it was begun: more than once after a kill. */
    attempts: integer('attempts').notNull().default(0),
    queuedAt: integer('queued_at').notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    progressDone: integer('progress_done'),
    progressTotal: integer('progress_total'),
    result: text('result', { mode: 'json' }).$type<Record<string, unknown>>(),
    errorCode: text('error_code'),
    errorDetail: text('error_detail'),
  },
  (table) => [index('job_runs_by_state').on(table.state), index('job_runs_by_job').on(table.job)],
);

/** When each job with a schedule was last due: runs missed since are made up for once. */
export const jobSchedules = sqliteTable('job_schedules', {
  job: text('job').primaryKey(),
  lastDueAt: integer('last_due_at').notNull(),
});
