import type { Context } from '../kernel/context.ts';
import { checkIntegrity } from '../store/integrity-check.ts';
import type { VaultCore } from '../vault/vault-core.ts';

/** Damage stops all writing; the file is kept as it is, and reads go on as far as they can. */
export function watchIntegrity(ctx: Context, core: VaultCore): void {
  checkIntegrity(ctx.store.path, ctx.stopping)
    .then((findings) => {
      // A file that is gone cannot be checked, and is no damaged one.
      if (findings.length === 0 || ctx.stopping.aborted || ctx.store.findTrouble()) return;
      const detail = `${ctx.store.path} is damaged (${findings[0]}). Nothing more is written to it, and it is kept as it is. No drilled backup is known to this instance: copy the file away, then restore a backup into a new data directory.`;
      ctx.store.stopWriting(detail);
      core.said.push(detail);
      ctx.log.error({ findings }, 'the database is damaged; writing stopped');
      ctx.events.emit('vault');
    })
    .catch((error: unknown) =>
      ctx.log.error({ message: String(error) }, 'the integrity check failed to run'),
    );
}
