import { useQuery } from '@tanstack/react-query';
import { type ApiMutation, useApiMutation } from '../api/mutation.ts';
import { queryClient } from '../api/queries.ts';
import { desktop } from '../desktop.ts';

const queryKey = ['desktop', 'login item'];

/** Whether Temps starts at login, and whether the user was ever asked; null in a browser and while loading. */
export function useLoginItem() {
  const item = useQuery({
    queryKey,
    queryFn: () => (desktop ? desktop.loginItem() : null),
    enabled: desktop !== null,
  });
  return item.data ?? null;
}

/** Changes it; in the desktop window only. */
export function useSetLoginItem(onDone?: (isEnabled: boolean) => void): ApiMutation<boolean> {
  return useApiMutation(async (isEnabled: boolean) => desktop?.setLoginItem({ isEnabled }), {
    onDone: (item, isEnabled) => {
      queryClient.setQueryData(queryKey, item);
      onDone?.(isEnabled);
    },
  });
}
