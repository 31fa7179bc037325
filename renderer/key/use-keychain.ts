import { useQuery } from '@tanstack/react-query';
import { desktop } from '../desktop.ts';

/** The system's keychain as the desktop finds it; undefined in a browser, or while it is asked. */
export function useDesktopKeychain() {
  return useQuery({
    queryKey: ['desktop', 'keychain'],
    queryFn: () => (desktop ? desktop.keychain() : null),
    enabled: desktop !== null,
  }).data;
}

/** The name of a keychain that would take the key now; null where there is none. */
export function useKeychain(): string | null {
  const keychain = useDesktopKeychain();
  return keychain?.state === 'ready' ? keychain.name : null;
}
