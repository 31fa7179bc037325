import type { Jobs } from '../../jobs/job-queue.ts';
import { lockIdleVault, lockVaultWithScreen, type VaultCore } from '../vault-core.ts';

/**
 * Drops the keys because nobody was there, or the screen was locked. False when it has to be tried again: a rotation or another run that needs the
 * key, a move of the key or a copy is under way, and would be left half done; or somebody came back meanwhile.
 *
 * @param isDue whether it still is, once its turn has come.
 */
export async function lockWhenIdle(
  core: VaultCore,
  jobs: Pick<Jobs, 'isUsingKey'>,
  why: { minutes: number } | 'screen',
  isDue: () => boolean,
): Promise<boolean> {
  const isBusy = () => core.holders > 0 || jobs.isUsingKey();
  if (isBusy()) return false;
  // Behind what moves keys now. A key that was staged for a rotation waits in its custody.
  return await core.exclusively(async () => {
    if (isBusy() || core.ring.active === null || !isDue()) return false;
    if (why === 'screen') lockVaultWithScreen(core);
    else lockIdleVault(core, why.minutes);
    return true;
  });
}
