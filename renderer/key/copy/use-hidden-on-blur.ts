import { useEffect } from 'react';

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
