import { useCallback, useState } from 'react';
import { isFocusLost } from '../lost-focus.ts';

/**
 * What had the focus when this was opened, to which it returns when it closes: a person at the keyboard is where they
 * were before. Without it the page has it, for what opened this may be gone with what it did.
 */
export function useReturnedFocus(): (event: Event) => void {
  const [opener] = useState(findOpener);
  return useCallback(
    (event) => {
      event.preventDefault();
      // The next dialog, or a field, has it already.
      if (!isFocusLost()) return;
      const target = opener?.isConnected && isShown(opener) ? opener : document.getElementById('page');
      target?.focus({ preventScroll: true });
    },
    [opener],
  );
}

/** The item of a menu goes with the menu: the focus returns to its button. */
function findOpener(): HTMLElement | null {
  const { activeElement } = document;
  const menu = activeElement?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  const opener = menu ? document.getElementById(menu) : activeElement;
  return opener instanceof HTMLElement && opener !== document.body ? opener : null;
}

const isShown = (element: HTMLElement) => element.checkVisibility() && !element.matches(':disabled');
