import { useEffect, useState } from 'react';
import { compareFile, type ImportOutcome, type ImportRequest } from './import-file.ts';

export interface Comparison {
  outcome: ImportOutcome | null;
  error: unknown;
  /** The one shown is of an earlier choice; the next is on its way. */
  isBusy: boolean;
  retry: () => void;
}

/**
 * Compares a text with what an environment has, anew with each choice.
 *
 * SECURITY: not a query: the text and what it is compared with stay in this component, and in no cache.
 */
export function useComparison(request: ImportRequest): Comparison {
  const { project, environmentId, source, mode, overrides } = request;
  const [state, setState] = useState<Omit<Comparison, 'retry'>>({
    outcome: null,
    error: null,
    isBusy: true,
  });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks the same again
  useEffect(() => {
    const left = new AbortController();
    setState((known) => ({ ...known, isBusy: true }));
    compareFile({ project, environmentId, source, mode, overrides }, left.signal).then(
      (outcome) => setState({ outcome, error: null, isBusy: false }),
      (error: unknown) => {
        if (!left.signal.aborted) setState({ outcome: null, error, isBusy: false });
      },
    );
    return () => left.abort();
  }, [project, environmentId, source, mode, overrides, turn]);
  return { ...state, retry: () => setTurn((known) => known + 1) };
}
