import { every, type Job } from '../jobs/job.ts';
import type { Context } from '../kernel/context.ts';
import { stopIfDamaged } from '../store/integrity-check.ts';
import type { VaultCore } from '../vault/vault-core.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Checks the database for damage. If there is any, all writing stops, the file is kept as it is, and reads
 * continue.
 */
export function integrityJob(ctx: Context, core: VaultCore): Job {
  return {
    name: 'diagnostics.integrity',
    title: 'Check the database for damage',
    // What this start wrote itself has no damage of the time before.
    when: every(DAY_MS, { atStart: !ctx.store.isNew }),
    // A locked start writes nothing, and a damaged database takes no row.
    record: 'on_failure',
    isResumed: false,
    async run() {
      const found = await stopIfDamaged(ctx.store, ctx.processes, ctx.stopping);
      if (!found) return undefined;
      const { detail, findings } = found;
      core.said.push(detail);
      ctx.log.error({ findings }, 'the database is damaged; writing stopped');
      ctx.events.emit('vault');
      return { findings: findings.length };
    },
  };
}
