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

/** Calls `hide` when the window loses the focus or goes out of sight: what was shown is shown to nobody behind. */
export function useHiddenOnBlur(isShown: boolean, hide: () => void): void {
  useEffect(() => {
    if (!isShown) return;
    const onHidden = () => document.visibilityState === 'hidden' && hide();
    window.addEventListener('blur', hide);
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      window.removeEventListener('blur', hide);
      document.removeEventListener('visibilitychange', onHidden);
    };
  }, [isShown, hide]);
}
