import { LockKeyholeOpen } from 'lucide-react';
import { askConfirmed, client } from '../../api/client.ts';
import { type ApiMutation, useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import type { paths } from '../../api/schema.ts';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { vaultQuery } from '../../vault-state/vault.ts';

type UnlockBody = paths['/vault/unlock']['post']['requestBody']['content']['application/json'];

/**
 * Unlocks the vault and refetches everything, because lists hold locked values. A note about what is left to do
 * stays until dismissed.
 */
export function useUnlock(onDone?: () => void): ApiMutation<UnlockBody> {
  return useApiMutation((body: UnlockBody) => askConfirmed(() => client.POST('/vault/unlock', { body })), {
    changes: 'everything',
    onDone: ({ note, ...status }) => {
      onDone?.();
      showToast(
        { icon: LockKeyholeOpen, title: 'Unlocked', text: note ?? 'Every secret can be read again.' },
        note === null ? undefined : null,
      );
      queryClient.setQueryData(vaultQuery.queryKey, status);
    },
  });
}
