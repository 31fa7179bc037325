import { useCallback, useEffect, useRef, useState } from 'react';
import type { Variable, VariableScope } from '../variable-scope.ts';

export const SHOWN_MS = 30_000;

/** The one value that is shown, or on its way; not the value itself. */
export interface Revealed {
  id: number;
  /** As it was when it was fetched: a change of the variable hides it. */
  updatedAt: number;
  /** Null until it is here. */
  shown: { characters: number; bytes: number; hidesAtMs: number } | null;
  error: unknown;
}

/** SECURITY: where the value is while it is shown; emptied when it hides. React keeps the state before the last. */
export interface Holder {
  text: string | null;
}

/**
 * Shows one value at a time, fetched when it is asked for. It hides itself after 30 seconds, when the window loses
 * the focus or is covered, when another is shown, and when the page is left.
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
    const hideWhenCovered = () => document.hidden && hide();
    window.addEventListener('blur', hide);
    document.addEventListener('visibilitychange', hideWhenCovered);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('blur', hide);
      document.removeEventListener('visibilitychange', hideWhenCovered);
    };
  }, [hidesAtMs, hide]);
  // An answer that comes after the page was left belongs to nobody.
  useEffect(
    () => () => {
      turn.current += 1;
      holder.text = null;
    },
    [holder],
  );

  return { revealed, holder, reveal, hide };
}
