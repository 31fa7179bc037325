import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import { auditRoutes } from './audit-routes.ts';
import type { LineWords } from './line-words.ts';
import { auditOperations } from './operations.ts';
import { projectActivityRoutes } from './project-activity-routes.ts';

/** The log of who did what. Its lines are written by every capability, and read through this one. */
export function auditCapability(ctx: Context, words: LineWords): Capability {
  return {
    name: 'audit',
    resources: {},
    operations: auditOperations,
    routes: auditRoutes(ctx, words).route('/', projectActivityRoutes(ctx, words)),
  };
}
