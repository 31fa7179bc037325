import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { stopIfDamaged } from '../store/integrity-check.ts';
import { asStoreError } from '../store/store-error.ts';

/** A database found sound is not checked again for so long, whatever fails. */
const SOUND_FOR_MS = 60_000;

/**
 * What a request failed with, in terms of the database where that is the cause: a damaged page shows in whatever is
 * read from it. An error that nothing explains is answered once the database was checked, in a process of its own.
 */
export function createDamageFinder(ctx: Context): (thrown: unknown) => Promise<unknown> {
  let soundAtMs = -Infinity;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    try {
      if (!(await stopIfDamaged(ctx.store, ctx.processes, ctx.stopping))) soundAtMs = performance.now();
      else ctx.events.emit('vault');
    } catch (error) {
      // Without the check the error stays what it was.
      if (!(error instanceof AppError)) throw error;
    } finally {
      looking = null;
    }
  }

  return async (thrown) => {
    const known = asStoreError(thrown, ctx.store.path);
    if (known instanceof AppError) {
      const isNew = known.code === 'database_damaged' && !ctx.store.findTrouble();
      if (isNew) ctx.store.stopWriting(known.message);
      return known;
    }
    if (!ctx.store.findTrouble() && performance.now() - soundAtMs > SOUND_FOR_MS) {
      looking ??= look();
      await looking;
    }
    const trouble = ctx.store.findTrouble();
    return trouble?.code === 'database_damaged' ? trouble : thrown;
  };
}
