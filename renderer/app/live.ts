import { useEffect, useRef, useState } from 'react';
import { noteAnswered, noteLost } from '../api/connection.ts';
import { queryClient, refresh } from '../api/queries.ts';
import { areas } from '../areas.ts';
import { vaultQuery } from '../vault-state/vault.ts';
import type { Area } from './area.ts';
import { sessionQuery } from './session.ts';

/** Longest silence before the stream counts as dead. The instance pings every 15 s. */
const SILENT_MS = 40_000;
const RETRY_MS = 2000;
/** Longest time pages wait for the stream before they are shown without it. */
const WAIT_MS = 1000;

const hearing = (areas as readonly Area[]).flatMap(({ live = [] }) => live);
const messages = hearing.flatMap((live) => live.messages ?? []);
const refreshes = hearing.flatMap((live) => live.refreshes ?? []);

/**
 * Follows the change feed while someone is signed in, so that changes from any client appear here. True once it is
 * connected (or the wait timed out): queries fetched from then on miss no later change. Queries fetched before
 * that, or before a reconnect, are refetched.
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
        // Also what sidebar and pages asked for before.
        refresh();
        ready();
      };
      source.onerror = () => {
        // Closed by the instance: the session may have ended.
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
    // What every page waits for is asked for meanwhile, and once more when the stream is open.
    if (queryClient.getQueryData(sessionQuery.queryKey)?.permissions.includes('vault:read'))
      void queryClient.prefetchQuery(vaultQuery);
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

/** Handles one message of the change feed: query data that it carries, or the resource that changed. */
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

/** Refetches the queries of a resource, except those whose data the feed carries. */
function refreshResource(resource: string): void {
  refresh({ queryKey: [resource], predicate: ({ queryKey }) => !isBrought(queryKey) });
}

function isBrought(queryKey: readonly unknown[]): boolean {
  return messages.some((message) => message.queryKey.every((word, at) => queryKey[at] === word));
}
