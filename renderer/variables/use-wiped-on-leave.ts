import { type RefObject, useLayoutEffect } from 'react';

/** SECURITY: browsers keep a focused field in memory after its page is gone, so its text is cleared on leave. */
export function useWipedOnLeave(field: RefObject<HTMLTextAreaElement | null>): void {
  useLayoutEffect(() => {
    const element = field.current;
    return () =>
      queueMicrotask(() => {
        if (element && !element.isConnected) element.value = '';
      });
  }, [field]);
}
