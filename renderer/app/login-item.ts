import { useQuery, useQueryClient } from '@tanstack/react-query';
import { desktop } from '../desktop.ts';

const queryKey = ['desktop', 'login item'];

/** Whether Temps starts at login, and whether that was ever asked; null in a browser, or while it is asked. */
export function useLoginItem() {
  const item = useQuery({
    queryKey,
    queryFn: () => (desktop ? desktop.loginItem() : null),
    enabled: desktop !== null,
  });
  return item.data ?? null;
}

/** Changes it. Throws DesktopError. */
export function useSetLoginItem(): (isEnabled: boolean) => Promise<void> {
  const cache = useQueryClient();
  return async (isEnabled) => {
    if (desktop) cache.setQueryData(queryKey, await desktop.setLoginItem({ isEnabled }));
  };
}
