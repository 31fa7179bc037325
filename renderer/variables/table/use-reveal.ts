import { useCallback, useEffect, useRef, useState } from 'react';
import { useHiddenWhenAway } from '../../ui/cover.ts';
import type { Variable, VariableScope } from '../variable-scope.ts';

export const SHOWN_MS = 30_000;

/** State of the one value that is shown or loading; not the value itself. */
export interface Revealed {
  id: number;
  /** The variable's version when fetched: a change hides the value. */
  updatedAt: number;
  /** Null until it is loaded. */
  shown: { characters: number; bytes: number; hidesAtMs: number } | null;
  error: unknown;
}

/** SECURITY: holds the value while it is shown; cleared when hidden. React would keep the previous state. */
export interface Holder {
  text: string | null;
}

/**
 * Reveals one value at a time, fetched on request. It is hidden after 30 seconds, when the window loses the focus
 * or is covered or locked, when another value is shown, and when the page is left.
 */
export function useReveal(scope: VariableScope) {
  const [revealed, setRevealed] = useState<Revealed | null>(null);
  const holder = useRef<Holder>({ text: null }).current;
  const turn = useRef(0);
  const hide = useCallback(() => {
    turn.current += 1;
    holder.text = null;
    setRevealed(null);
  }, [holder]);

  const reveal = useCallback(
    async (variable: Variable) => {
      turn.current += 1;
      const mine = turn.current;
      holder.text = null;
      const asked = { id: variable.id, updatedAt: variable.updated_at, shown: null, error: null };
      setRevealed(asked);
      try {
        const text = await scope.reveal(variable);
        if (turn.current !== mine) return;
        holder.text = text;
        const bytes = new TextEncoder().encode(text).length;
        const shown = { characters: text.length, bytes, hidesAtMs: Date.now() + SHOWN_MS };
        setRevealed({ ...asked, shown });
      } catch (error) {
        if (turn.current === mine) setRevealed({ ...asked, error });
      }
    },
    [scope, holder],
  );

  const hidesAtMs = revealed?.shown?.hidesAtMs ?? null;
  useEffect(() => {
    if (hidesAtMs === null) return;
    const timer = setTimeout(hide, hidesAtMs - Date.now());
    return () => clearTimeout(timer);
  }, [hidesAtMs, hide]);
  useHiddenWhenAway(hidesAtMs !== null, hide);
  // A response after the page was left is dropped.
  useEffect(
    () => () => {
      turn.current += 1;
      holder.text = null;
    },
    [holder],
  );

  return { revealed, holder, reveal, hide };
}
