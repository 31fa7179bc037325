import { useCallback } from 'react';

/** Lets the keyboard reach what scrolls, for as long as it does: there may be nothing else in it to go to. */
export function useReachedByKeys(): (element: HTMLElement | null) => (() => void) | undefined {
  return useCallback((element) => {
    if (!element) return undefined;
    const note = () => {
      if (element.scrollHeight > element.clientHeight) element.tabIndex = 0;
      else element.removeAttribute('tabindex');
    };
    const sizes = new ResizeObserver(note);
    const content = new MutationObserver(note);
    sizes.observe(element);
    content.observe(element, { childList: true, subtree: true, characterData: true });
    return () => {
      sizes.disconnect();
      content.disconnect();
    };
  }, []);
}
