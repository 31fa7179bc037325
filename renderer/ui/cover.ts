import { useEffect } from 'react';

const COVERED = 'temps:covered';

/**
 * Hides everything but the layer of the lock, dialogs and messages too; the styles do it by this attribute. What is shown
 * for a moment only is told to go. Returns the function that uncovers it.
 */
export function coverPage(): () => void {
  const root = document.documentElement;
  root.dataset.covered = '';
  window.dispatchEvent(new Event(COVERED));
  return () => {
    delete root.dataset.covered;
  };
}

/** Keys pressed at the lock are for nothing beneath it. */
export const isPageCovered = () => 'covered' in document.documentElement.dataset;

/** Calls `hide` when the window loses the focus, is hidden or locked: for secrets that must not stay visible. */
export function useHiddenWhenAway(isShown: boolean, hide: () => void): void {
  useEffect(() => {
    if (!isShown) return;
    const onHidden = () => document.visibilityState === 'hidden' && hide();
    window.addEventListener('blur', hide);
    window.addEventListener(COVERED, hide);
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      window.removeEventListener('blur', hide);
      window.removeEventListener(COVERED, hide);
      document.removeEventListener('visibilitychange', onHidden);
    };
  }, [isShown, hide]);
}
