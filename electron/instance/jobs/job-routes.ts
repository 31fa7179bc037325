import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, createRoutes } from '../http/api.ts';
import type { Jobs } from './job-queue.ts';
import { type RunFilter, runStates } from './job-runs.ts';
import { jobsShape, toJobsJson } from './job-shapes.ts';

const LIMIT = 100;

/** Every job, and the newest runs. */
export function listJobs(jobs: Jobs, filter: RunFilter = { job: null, state: null }, limit = LIMIT) {
  return toJobsJson(jobs.listJobs(), jobs.listRuns(filter, limit));
}

/** `/jobs`: scheduled and requested jobs with their results. */
export function jobRoutes(jobs: Jobs) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/jobs',
      ...act('activity_read'),
      request: {
        query: z.object({
          job: z.string().max(100).optional(),
          state: z.enum(runStates).optional(),
          limit: z.coerce.number().int().min(1).max(500).default(LIMIT),
        }),
      },
      responses: answer(jobsShape, 'All jobs with their schedules, and the latest runs'),
    }),
    (c) => {
      const { job = null, state = null, limit } = c.req.valid('query');
      return c.json(listJobs(jobs, { job, state }, limit));
    },
  );
  return app;
}
