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
