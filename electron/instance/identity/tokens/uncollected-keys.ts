import type { Context } from '../../kernel/context.ts';
import type { Revocations } from '../revocations.ts';
import { deleteUncollectedKey } from './api-keys.ts';
import type { PendingSignIns } from './pending-sign-ins.ts';

/**
 * Deletes keys that were approved and never collected: of sign-ins that are over, or of all when the instance ends. What a
 * crash leaves is listed as never used, and its text is known to nobody.
 */
export function deleteUncollected(
  { ctx, signIns, revocations }: { ctx: Context; signIns: PendingSignIns; revocations: Revocations },
  what: 'old' | 'all',
): void {
  for (const id of signIns.sweep(what))
    revocations.revoke('api_keys', id, () => deleteUncollectedKey(ctx, id));
}
