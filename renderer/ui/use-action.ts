import { useRef, useState } from 'react';
import { ConfirmationDeclined, describeError } from '../api/problem.ts';

export interface Action {
  isBusy: boolean;
  /** What went wrong, in words; undefined while nothing did. */
  said: string | undefined;
  error: unknown;
  /** Does the work, once at a time. True when it was done. */
  run(work: () => Promise<unknown>): Promise<boolean>;
  clear(): void;
}

/** One thing at a time that may fail: whether it runs, and what went wrong. Declining to confirm is no failure. */
export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isRunning = useRef(false);
  return {
    isBusy,
    error,
    said: error === null ? undefined : describeError(error),
    async run(work) {
      if (isRunning.current) return false;
      isRunning.current = true;
      setBusy(true);
      setError(null);
      try {
        await work();
        return true;
      } catch (thrown) {
        if (!(thrown instanceof ConfirmationDeclined)) setError(thrown);
        return false;
      } finally {
        isRunning.current = false;
        setBusy(false);
      }
    },
    clear: () => setError(null),
  };
}
