import { z } from '@hono/zod-openapi';
import { toAnswer } from '../http/to-answer.ts';
import { describeSchedule } from './job.ts';
import type { DeclaredJob } from './job-queue.ts';
import { type JobRun, runStates } from './job-runs.ts';

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const jobRunShape = z
  .object({
    id: z.int(),
    job: z.string(),
    state: z.enum(runStates).openapi('JobRunState'),
    attempts: z.int(),
    queued_at: z.int(),
    started_at: z.int().nullable(),
    finished_at: z.int().nullable(),
    progress: z.object({ done: z.int(), total: z.int().nullable() }).nullable(),
    result: facts.nullable(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  })
  .openapi('JobRun');

export const jobsShape = z
  .object({
    jobs: z.array(
      z
        .object({ name: z.string(), title: z.string(), schedule: z.string(), next_at: z.int().nullable() })
        .openapi('Job'),
    ),
    runs: z.array(jobRunShape),
  })
  .openapi('Jobs');

export function toJobsJson(jobs: readonly DeclaredJob[], runs: readonly JobRun[]) {
  return toAnswer(jobsShape, { jobs: jobs.map(describeJob), runs: runs.map(describeRun) });
}

function describeJob({ job, nextAt }: DeclaredJob) {
  return {
    name: job.name,
    title: job.title,
    schedule: describeSchedule(job.when),
    nextAt: nextAt === null ? null : Math.round(nextAt),
  };
}

function describeRun(run: JobRun) {
  return {
    ...run,
    progress: run.progressDone === null ? null : { done: run.progressDone, total: run.progressTotal },
    error: run.errorCode === null ? null : { code: run.errorCode, detail: run.errorDetail ?? '' },
  };
}
