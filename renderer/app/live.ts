import { useEffect, useRef, useState } from 'react';
import { noteAnswered, noteLost } from '../api/connection.ts';
import { queryClient, refresh } from '../api/queries.ts';
import { areas } from '../areas.ts';
import type { Area } from './area.ts';
import { sessionQuery } from './session.ts';

/** A stream that stays silent for longer is dead, whatever the system believes. The instance pings every 15 s. */
const SILENT_MS = 40_000;
const RETRY_MS = 2000;
/** Pages wait for the stream, but not for long: without one they are shown as they were answered. */
const WAIT_MS = 1000;

const hearing = (areas as readonly Area[]).flatMap(({ live = [] }) => live);
const messages = hearing.flatMap((live) => live.messages ?? []);
const refreshes = hearing.flatMap((live) => live.refreshes ?? []);

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
      for (const { name } of [...messages, { name: CHANGED }]) {
        source.addEventListener(name, (event) => {
          heard();
          hear(name, JSON.parse(event.data));
        });
      }
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

const CHANGED = 'changed';

/** Takes one message of the change feed: the answer that it carries, or the resource that changed. */
export function hear(name: string, data: unknown): void {
  if (name === CHANGED) {
    const { resource } = data as { resource: string };
    refreshResource(resource);
    for (const { queryKey, isAfter } of refreshes) if (isAfter(resource)) refresh({ queryKey });
    return;
  }
  const message = messages.find((each) => each.name === name);
  if (!message) return;
  const { queryKey, refreshesResource } = message;
  queryClient.setQueryData(queryKey, data);
  if (refreshesResource && queryKey[0] !== undefined) refreshResource(queryKey[0]);
}

/** Asks the queries of a resource again, without those whose answers the feed itself brings. */
function refreshResource(resource: string): void {
  refresh({ queryKey: [resource], predicate: ({ queryKey }) => !isBrought(queryKey) });
}

function isBrought(queryKey: readonly unknown[]): boolean {
  return messages.some((message) => message.queryKey.every((word, at) => queryKey[at] === word));
}
