import { useEffect, useRef, useState } from 'react';
import { noteAnswered, noteLost } from '../api/connection.ts';
import { queryClient, refresh } from '../api/queries.ts';
import { vaultQuery } from '../vault-state/vault.ts';
import { sessionQuery } from './session.ts';

/** A stream that stays silent for longer is dead, whatever the system believes. The instance pings every 15 s. */
const SILENT_MS = 40_000;
const RETRY_MS = 2000;
/** Pages wait for the stream, but not for long: without one they are shown as they were answered. */
const WAIT_MS = 1000;

/**
 * The change feed, while someone is signed in: what changes in the instance, by whichever door, changes here.
 * True once it is heard (or was waited for in vain): what is asked from then on misses no change after its
 * answer. What was asked before, after a break or a wait, is asked anew.
 */
export function useLive(isOn: boolean): boolean {
  const [isReady, setReady] = useState(false);
  const wasReady = useRef(false);
  useEffect(() => {
    if (!isOn) return;
    const ready = () => {
      wasReady.current = true;
      setReady(true);
    };
    const waited = setTimeout(ready, WAIT_MS);
    let source: EventSource | null = null;
    let silence: ReturnType<typeof setTimeout> | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;

    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(reopen, SILENT_MS);
    };
    const reopen = () => {
      source?.close();
      clearTimeout(silence);
      noteLost();
      retry = setTimeout(open, RETRY_MS);
    };
    const open = () => {
      source = new EventSource('/api/events');
      source.onopen = () => {
        heard();
        noteAnswered();
        if (wasReady.current) refresh();
        ready();
      };
      source.onerror = () => {
        // Ended by the instance: perhaps the session is over.
        void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
        ready();
        reopen();
      };
      source.addEventListener('ping', heard);
      for (const name of ['vault', 'rotation', 'copies'] as const) {
        source.addEventListener(name, (event) => {
          heard();
          queryClient.setQueryData(vaultQuery.queryKey, JSON.parse(event.data));
          if (name !== 'rotation') refresh({ queryKey: ['vault'], predicate: isNotStatus });
        });
      }
      source.addEventListener('doctor', (event) => {
        heard();
        queryClient.setQueryData(['vault', 'doctor'], JSON.parse(event.data));
      });
      source.addEventListener('changed', (event) => {
        heard();
        const { resource } = JSON.parse(event.data) as { resource: string };
        refresh({ queryKey: [resource], predicate: isNotStatus });
        // What is sealed elsewhere is counted and listed by the vault, and decides how safe the key is.
        if (resource !== 'vault') refresh({ queryKey: ['vault'] });
        // The session names the instance, and says who one is and may do.
        if (resource === 'settings' || resource === 'users') refresh({ queryKey: sessionQuery.queryKey });
        // Every change leaves a line in the audit log.
        refresh({ queryKey: ['audit'] });
      });
    };
    open();
    return () => {
      source?.close();
      clearTimeout(waited);
      clearTimeout(silence);
      clearTimeout(retry);
    };
  }, [isOn]);
  return isReady;
}

/** What the feed itself brings is not asked again. */
function isNotStatus({ queryKey }: { queryKey: readonly unknown[] }): boolean {
  return !(queryKey[0] === 'vault' && (queryKey[1] === 'status' || queryKey[1] === 'doctor'));
}
