import type { Instance } from '../../instance/instance.ts';

/** How long quitting waits for a backup that is being made: one that is cut short is made again later. */
export const QUIT_WAIT_MS = 30_000;

/**
 * Resolves once no backup is being made, or after `ms`, whichever is first.
 *
 * @param isBackingUp asks the instance.
 */
export async function waitForBackup(
  events: Instance['events'],
  isBackingUp: () => Promise<boolean>,
  ms = QUIT_WAIT_MS,
): Promise<void> {
  if (!(await isBackingUp())) return;
  const over = Promise.withResolvers<void>();
  const look = async () => {
    if (!(await isBackingUp().catch(() => false))) over.resolve();
  };
  const stop = events.on('vault', () => void look());
  const limit = setTimeout(over.resolve, ms);
  // It may have ended between the question and the listener.
  void look();
  await over.promise;
  clearTimeout(limit);
  stop();
}
