import { useEffect, useState, useSyncExternalStore } from 'react';
import { ask, client } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

type Line = components['schemas']['AppLog']['lines'][number];
/** A line with what tells it from the others. */
export interface StreamLine extends Line {
  id: number;
}

/** Lines kept in memory; the oldest go first. */
export const MAX_LINES = 5000;
/** Lines from before, when it is opened. */
const TAIL = 1000;
/** Lines are shown together, so often: an app may print thousands in a second. */
const SHOW_MS = 100;
const RETRY_MS = 2000;
/** Longest silence before the stream counts as dead. The instance pings every 15 s. */
const SILENT_MS = 40_000;

export interface LogStream {
  lines: readonly StreamLine[];
  /** `ended` when there is no more to come: the app does not run. */
  state: 'opening' | 'following' | 'ended' | 'failed';
  /** Why there are no lines. */
  problem: unknown;
}

const nothing: LogStream = { lines: [], state: 'opening', problem: null };

interface Followed {
  project: string;
  environment: string;
  /** Another container, or another state of it: what it prints is followed again. */
  version: string;
  isOn: boolean;
}

/** What an app printed last, and prints now while it is on. Off, what is there stays. */
export function useLogStream({ project, environment, version, isOn }: Followed): LogStream {
  const [stream, setStream] = useState(nothing);
  const [of, setOf] = useState(`${project}/${environment}`);
  // Of another app nothing stays.
  if (of !== `${project}/${environment}`) {
    setOf(`${project}/${environment}`);
    setStream(nothing);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is followed again
  useEffect(() => {
    if (!isOn) return;
    return follow(project, environment, setStream);
  }, [project, environment, version, isOn]);
  return stream;
}

let nextId = 1;

/** Returns the function that ends it. */
function follow(
  project: string,
  environment: string,
  change: (next: (before: LogStream) => LogStream) => void,
): () => void {
  const path = { project, environment };
  let source: EventSource | null = null;
  let isOver = false;
  let hasOpened = false;
  let waiting: StreamLine[] = [];
  /** Whether the lines that come first are those of the end of what is there. */
  let isTail = true;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let show: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    clearTimeout(show);
    show = undefined;
    if (waiting.length === 0) return;
    const added = waiting;
    const isFirst = isTail;
    waiting = [];
    isTail = false;
    change((before) => ({
      ...before,
      lines: (isFirst ? join(before.lines, added) : [...before.lines, ...added]).slice(-MAX_LINES),
    }));
  };
  const take = (line: Line) => {
    waiting.push({ ...line, id: nextId++ });
    if (waiting.length > MAX_LINES) waiting = waiting.slice(-MAX_LINES);
    show ??= setTimeout(flush, SHOW_MS);
  };
  const close = () => {
    source?.close();
    source = null;
    clearTimeout(silence);
    flush();
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(again, SILENT_MS);
  };
  const again = () => {
    close();
    retry = setTimeout(open, RETRY_MS);
  };
  const explain = async () => {
    try {
      const { lines } = await ask(
        client.GET('/projects/{project}/environments/{environment}/app/logs', {
          params: { path, query: { tail: TAIL } },
        }),
      );
      if (isOver) return;
      const found = lines.map((line) => ({ ...line, id: nextId++ }));
      change((before) => ({ lines: join(before.lines, found), state: 'ended', problem: null }));
    } catch (problem) {
      // SECURITY: nothing that was shown stays where it could not be shown now.
      if (!isOver) change(() => ({ lines: [], state: 'failed', problem }));
    }
  };
  const open = () => {
    isTail = true;
    hasOpened = false;
    const place = [project, environment].map(encodeURIComponent);
    source = new EventSource(
      `/api/projects/${place[0]}/environments/${place[1]}/app/logs/follow?tail=${TAIL}`,
    );
    source.onopen = () => {
      hasOpened = true;
      heard();
      change((before) => ({ ...before, state: 'following', problem: null }));
    };
    source.addEventListener('ping', heard);
    source.addEventListener('line', ({ data }) => {
      heard();
      take(JSON.parse(data) as Line);
    });
    source.addEventListener('end', () => {
      close();
      change((before) => ({ ...before, state: 'ended' }));
    });
    source.onerror = () => {
      if (hasOpened) return again();
      close();
      // It has no words: the other way has.
      void explain();
    };
  };
  open();
  return () => {
    isOver = true;
    close();
    clearTimeout(retry);
    clearTimeout(show);
  };
}

/** The end of a log behind what is known of it, each line once. */
export function join(known: readonly StreamLine[], tail: readonly StreamLine[]): readonly StreamLine[] {
  const from = tail[0]?.at;
  if (from === undefined) return known;
  return [...known.filter(({ at }) => at < from), ...tail].slice(-MAX_LINES);
}

/** Whether someone can see the page. */
export function useIsVisible(): boolean {
  return useSyncExternalStore(
    (listener) => {
      document.addEventListener('visibilitychange', listener);
      return () => document.removeEventListener('visibilitychange', listener);
    },
    () => document.visibilityState === 'visible',
  );
}
