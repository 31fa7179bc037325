import { createRoutes } from '../http/api.ts';
import { every } from '../jobs/job.ts';
import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import type { Edge } from './edge.ts';

const WATCH_MS = 2000;

/** What answers at the names of apps. */
export function edgeCapability(_ctx: Context, edge: Edge): Capability {
  return {
    name: 'edge',
    resources: {},
    operations: {},
    routes: createRoutes(),
    jobs: [
      {
        name: 'edge.watch',
        title: 'Check that apps can be reached',
        when: every(WATCH_MS),
        record: 'on_failure',
        isResumed: false,
        async run() {
          await edge.watch();
          return undefined;
        },
      },
    ],
    stop: () => edge.stop(),
  };
}
