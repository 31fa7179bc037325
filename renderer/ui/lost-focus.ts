import { type RefObject, useEffect, useRef } from 'react';

/** Whether what had the focus is gone or cannot be used any more: the next key would go nowhere. */
export function isFocusLost(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.matches(':disabled');
}

/**
 * For the heading of the current step: it takes the focus when the next step comes, unless a field of that step did. The
 * button that led there is gone.
 */
export function useStepFocus<Heading extends HTMLElement>(step: unknown): RefObject<Heading | null> {
  const heading = useRef<Heading>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    before.current = step;
    if (isFocusLost()) (heading.current ?? document.querySelector<HTMLElement>('#page h1'))?.focus();
  }, [step]);
  return heading;
}
