import { LockKeyholeOpen } from 'lucide-react';
import { queryClient } from '../../api/queries.ts';
import type { components } from '../../api/schema.ts';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { vaultQuery } from '../../vault-state/vault.ts';

type UnlockedVault = components['schemas']['UnlockedVault'];

/**
 * After an unlock everything is asked anew, because locked answers stand in every list. What is left to do stays
 * on the screen until it is dismissed.
 */
export async function unlocked({ note, ...status }: UnlockedVault): Promise<void> {
  showToast(
    { icon: LockKeyholeOpen, title: 'Unlocked', text: note ?? 'Every secret can be read again.' },
    note === null ? undefined : null,
  );
  queryClient.setQueryData(vaultQuery.queryKey, status);
  await queryClient.invalidateQueries();
}
