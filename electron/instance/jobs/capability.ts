import type { Capability } from '../kernel/capability.ts';
import type { Jobs } from './job-queue.ts';
import { jobRoutes, listJobs } from './job-routes.ts';

/** Background jobs, visible to people. */
export function jobsCapability(jobs: Jobs): Capability {
  return {
    name: 'jobs',
    resources: {},
    operations: {},
    routes: jobRoutes(jobs),
    views: [{ event: 'jobs', permission: 'audit:read', atStart: false, render: () => listJobs(jobs) }],
  };
}
