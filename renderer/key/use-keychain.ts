import { useQuery } from '@tanstack/react-query';
import { desktop } from '../desktop.ts';

/** The system's keychain as the desktop reports it; undefined in a browser and while loading. */
export function useDesktopKeychain() {
  return useQuery({
    queryKey: ['desktop', 'keychain'],
    queryFn: () => (desktop ? desktop.keychain() : null),
    enabled: desktop !== null,
  }).data;
}

/** Name of the keychain if the key can be moved there now; null otherwise. */
export function useKeychain(): string | null {
  const keychain = useDesktopKeychain();
  return keychain?.state === 'ready' ? keychain.name : null;
}
