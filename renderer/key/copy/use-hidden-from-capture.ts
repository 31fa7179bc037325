import { useEffect } from 'react';
import { desktop } from '../../desktop.ts';

/** While words or the code show, the desktop window is left out of screenshots and recordings where the system can. */
export function useHiddenFromCapture(isShown: boolean): void {
  useEffect(() => {
    if (!desktop || !isShown) return;
    const { hideFromCapture } = desktop;
    void hideFromCapture({ isHidden: true });
    return () => void hideFromCapture({ isHidden: false });
  }, [isShown]);
}
