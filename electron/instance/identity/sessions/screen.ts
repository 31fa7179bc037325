import type { Screen, ScreenSource } from '../../doors/window-door.ts';
import type { Context } from '../../kernel/context.ts';
import { getAutoLock } from '../../settings/settings.ts';
import type { VaultLock } from '../vault-lock.ts';

/** The screen of this computer, as the desktop hears of it. */
export interface ScreenLock extends Screen {
  source(): ScreenSource;
  /** Locks the vault if it is to lock with the screen, which is still locked. For what could not be done at once. */
  lockIfDue(): Promise<void>;
}

export function createScreenLock(ctx: Context, vault: VaultLock): ScreenLock {
  let source: ScreenSource = {
    isHeard: false,
    why: 'the desktop app, which hears of the screen, does not run this instance',
  };
  /** The screen was locked, and the vault not yet since then. */
  let isAwaited = false;
  const isDue = () => isAwaited && getAutoLock(ctx).withScreen;

  async function lockIfDue(): Promise<void> {
    if (!isDue()) return;
    // Whoever unlocks the vault later finds it unlocked until the screen locks again.
    if (!vault.isOpen() || (await vault.lock('screen', isDue))) isAwaited = false;
  }

  return {
    source: () => source,
    noteSource(now) {
      source = now;
    },
    note(isLocked) {
      isAwaited = isLocked;
      // The job tries again.
      void lockIfDue().catch(() => undefined);
    },
    lockIfDue,
  };
}
