import { type RefObject, useLayoutEffect } from 'react';

/** SECURITY: a field that had the focus outlives its page in memory; what was typed into it does not. */
export function useWipedOnLeave(field: RefObject<HTMLTextAreaElement | null>): void {
  useLayoutEffect(() => {
    const element = field.current;
    return () =>
      queueMicrotask(() => {
        if (element && !element.isConnected) element.value = '';
      });
  }, [field]);
}
