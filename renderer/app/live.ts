import { useEffect } from 'react';
import { noteAnswered, noteLost } from '../api/connection.ts';
import { queryClient } from '../api/queries.ts';
import { sessionQuery } from './session.ts';
import { vaultQuery } from './vault.ts';

/** A stream that stays silent for longer is dead, whatever the system believes. The instance pings every 15 s. */
const SILENT_MS = 40_000;
const RETRY_MS = 2000;

/**
 * The change feed, while someone is signed in: what changes in the instance, by whichever door, changes here.
 * After a break everything is asked anew.
 */
export function useLive(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    let source: EventSource | null = null;
    let silence: ReturnType<typeof setTimeout> | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let wasLost = false;

    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(reopen, SILENT_MS);
    };
    const reopen = () => {
      source?.close();
      clearTimeout(silence);
      wasLost = true;
      noteLost();
      retry = setTimeout(open, RETRY_MS);
    };
    const open = () => {
      source = new EventSource('/api/events');
      source.onopen = () => {
        heard();
        noteAnswered();
        if (wasLost) void queryClient.invalidateQueries();
        wasLost = false;
      };
      source.onerror = () => {
        // Ended by the instance: perhaps the session is over.
        void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
        reopen();
      };
      source.addEventListener('ping', heard);
      for (const name of ['vault', 'rotation'] as const) {
        source.addEventListener(name, (event) => {
          heard();
          queryClient.setQueryData(vaultQuery.queryKey, JSON.parse(event.data));
          if (name === 'vault')
            void queryClient.invalidateQueries({ queryKey: ['vault'], predicate: isNotStatus });
        });
      }
      source.addEventListener('doctor', (event) => {
        heard();
        queryClient.setQueryData(['vault', 'doctor'], JSON.parse(event.data));
      });
      source.addEventListener('changed', (event) => {
        heard();
        const { resource } = JSON.parse(event.data) as { resource: string };
        void queryClient.invalidateQueries({ queryKey: [resource], predicate: isNotStatus });
        // The session names the instance, and says who one is and may do.
        if (resource === 'settings' || resource === 'users')
          void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
        // Every change leaves a line in the audit log.
        void queryClient.invalidateQueries({ queryKey: ['audit'] });
      });
    };
    open();
    return () => {
      source?.close();
      clearTimeout(silence);
      clearTimeout(retry);
    };
  }, [isOn]);
}

/** What the feed itself brings is not asked again. */
function isNotStatus({ queryKey }: { queryKey: readonly unknown[] }): boolean {
  return !(queryKey[0] === 'vault' && (queryKey[1] === 'status' || queryKey[1] === 'doctor'));
}
