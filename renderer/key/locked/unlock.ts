import { LockKeyholeOpen } from 'lucide-react';
import { ask, askConfirmed, client } from '../../api/client.ts';
import { type ApiMutation, useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import type { paths } from '../../api/schema.ts';
import { useSession } from '../../app/session.ts';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { vaultQuery } from '../../vault-state/vault.ts';

type UnlockBody = paths['/vault/unlock']['post']['requestBody']['content']['application/json'];

type EarlyUnlockBody = paths['/auth/unlock']['post']['requestBody']['content']['application/json'];

/**
 * Unlocks the vault and refetches everything, because lists hold locked values. A note about what is left to do
 * stays until dismissed. Before the second factor it only unlocks: the page then asks for the code.
 */
export function useUnlock(onDone?: () => void): ApiMutation<UnlockBody> {
  const isEarly = useSession().state === 'second_factor';
  const send = async (body: UnlockBody) => {
    if (!isEarly) return await askConfirmed(() => client.POST('/vault/unlock', { body }));
    await ask(client.POST('/auth/unlock', { body: body as EarlyUnlockBody }));
    return null;
  };
  return useApiMutation(send, {
    changes: 'everything',
    onDone: (unlocked) => {
      onDone?.();
      if (unlocked === null) return;
      const { note, ...status } = unlocked;
      showToast(
        { icon: LockKeyholeOpen, title: 'Unlocked', text: note ?? 'Every secret can be read again.' },
        note === null ? undefined : null,
      );
      queryClient.setQueryData(vaultQuery.queryKey, status);
    },
  });
}
