import { LockKeyholeOpen } from 'lucide-react';
import { ask, client } from '../../api/client.ts';
import { type ApiMutation, useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import type { paths } from '../../api/schema.ts';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { vaultQuery } from '../../vault-state/vault.ts';

type UnlockBody = paths['/vault/unlock']['post']['requestBody']['content']['application/json'];

/**
 * Opens the vault. Everything is asked again then, because locked answers are in every list. What is left to do is
 * said until it is dismissed.
 */
export function useUnlock(onDone?: () => void): ApiMutation<UnlockBody> {
  return useApiMutation((body: UnlockBody) => ask(client.POST('/vault/unlock', { body })), {
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
