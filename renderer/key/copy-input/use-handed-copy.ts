import { type RefObject, useCallback, useRef, useState } from 'react';
import type { HandedCopy } from './handed-copy.ts';

interface HeldCopy {
  /** SECURITY: what was entered is only in this ref. Whoever sends it drops it once it was accepted. */
  copy: RefObject<HandedCopy | null>;
  /** Whether it is complete enough to be sent. */
  isReady: boolean;
  /** For `onReady` of a `CopyInput`. */
  note: (handed: HandedCopy | null) => void;
}

/**
 * Holds what is entered in a `CopyInput` until it is sent.
 *
 * @param onChange called whenever it changes: the same function in every render.
 */
export function useHandedCopy(onChange?: () => void): HeldCopy {
  const copy = useRef<HandedCopy | null>(null);
  const [isReady, setReady] = useState(false);
  const note = useCallback(
    (handed: HandedCopy | null) => {
      copy.current = handed;
      setReady(handed !== null);
      onChange?.();
    },
    [onChange],
  );
  return { copy, isReady, note };
}
