import { useEffect } from 'react';
import { desktop } from '../../desktop.ts';

/**
 * Excludes the desktop window from screenshots and recordings, where supported, while the words or QR code are
 * shown.
 */
export function useHiddenFromCapture(isShown: boolean): void {
  useEffect(() => {
    if (!desktop || !isShown) return;
    const { hideFromCapture } = desktop;
    void hideFromCapture({ isHidden: true });
    return () => void hideFromCapture({ isHidden: false });
  }, [isShown]);
}

/** Calls `hide` when the window loses the focus or is hidden, so that the key does not stay visible. */
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
