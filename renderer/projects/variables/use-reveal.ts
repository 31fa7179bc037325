import { useCallback, useEffect, useRef, useState } from 'react';
import type { Variable, VariableScope } from './variable-scope.ts';

export const SHOWN_MS = 30_000;

/** The one value that is shown, or on its way. */
export interface Revealed {
  id: number;
  /** As it was when it was fetched: a change of the variable hides it. */
  updatedAt: number;
  value: string | null;
  error: unknown;
  hidesAtMs: number;
}

/**
 * Shows one value at a time, fetched when it is asked for. It hides itself after 30 seconds, when the window loses
 * the focus or is covered, when another is shown, and when the page is left.
 *
 * SECURITY: the value is in this state and in the well that shows it; hiding drops both.
 */
export function useReveal(scope: VariableScope) {
  const [revealed, setRevealed] = useState<Revealed | null>(null);
  const turn = useRef(0);
  const hide = useCallback(() => {
    turn.current += 1;
    setRevealed(null);
  }, []);

  const reveal = useCallback(
    async (variable: Variable) => {
      turn.current += 1;
      const mine = turn.current;
      const asked = { id: variable.id, updatedAt: variable.updated_at, error: null, hidesAtMs: 0 };
      setRevealed({ ...asked, value: null });
      try {
        const value = await scope.reveal(variable);
        if (turn.current === mine) setRevealed({ ...asked, value, hidesAtMs: Date.now() + SHOWN_MS });
      } catch (error) {
        if (turn.current === mine) setRevealed({ ...asked, value: null, error });
      }
    },
    [scope],
  );

  const isShown = revealed !== null && revealed.value !== null;
  const hidesAtMs = revealed?.hidesAtMs ?? 0;
  useEffect(() => {
    if (!isShown) return;
    const timer = setTimeout(hide, hidesAtMs - Date.now());
    const hideWhenCovered = () => document.hidden && hide();
    window.addEventListener('blur', hide);
    document.addEventListener('visibilitychange', hideWhenCovered);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('blur', hide);
      document.removeEventListener('visibilitychange', hideWhenCovered);
    };
  }, [isShown, hidesAtMs, hide]);
  // An answer that comes after the page was left belongs to nobody.
  useEffect(
    () => () => {
      turn.current += 1;
    },
    [],
  );

  return { revealed, reveal, hide };
}
