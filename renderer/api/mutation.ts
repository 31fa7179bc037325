import { useMutation } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { useConnectionLost } from './connection.ts';
import { ApiProblem, ConfirmationDeclined, ConnectionLost, describeFailedChange } from './problem.ts';
import { queryClient } from './queries.ts';
import type { paths } from './schema.ts';

type FirstWord<Path> = Path extends `/${infer First}/${string}`
  ? First
  : Path extends `/${infer Only}`
    ? Only
    : never;
/** The first segment of an API path; query keys start with it. */
type Resource = FirstWord<keyof paths> | 'session';

interface Options<Input, Answer> {
  /** Resources to refetch afterwards, also after a refusal, which may mean that they are out of date. */
  changes?: readonly Resource[] | 'everything';
  /** Whether the next call may be made while that is still being refetched: of a form that is empty again by then. */
  isFreeAtOnce?: boolean;
  /** Runs before the refetch, so that a dialog closes and a new key is shown without waiting for lists. */
  onDone?: (answer: Answer, input: Input) => unknown;
  /** For places that cannot show `message`, such as a menu. */
  onFailed?: (message: string, error: unknown, input: Input) => void;
}

export interface ApiMutation<Input = void> {
  isPending: boolean;
  /** Null without an error. Declining to confirm is not an error. */
  error: unknown;
  /** The error message. */
  message: string | undefined;
  /** Error of a field; `taken` is used when the value already exists. */
  fieldError(name: string, taken?: string): string | undefined;
  /** Does nothing while a call is pending. Never retried automatically. */
  mutate(input: Input): void;
  /**
   * Makes the last call again, as one presses its button again: offered for a call without a response, once the instance
   * responds. Null otherwise.
   */
  again: (() => void) | null;
  /** Clears the error. The same function in every render. */
  reset(): void;
}

/**
 * The only way to change something: TanStack's `useMutation` with this API's errors and the queries to refetch.
 * `send` may read component state: what was typed stays there when it fails.
 */
export function useApiMutation<Input = void, Answer = unknown>(
  send: (input: Input) => Promise<Answer>,
  { changes = [], isFreeAtOnce = false, onDone, onFailed }: Options<Input, Answer> = {},
): ApiMutation<Input> {
  const [slot] = useState(createSlot);
  const { mutate, isPending, error, reset } = useMutation<void>({ mutationFn: slot.run });
  const isConnectionLost = useConnectionLost();
  const lost = useRef<{ input: Input } | null>(null);
  /** False where nothing was changed: the call was not confirmed. */
  const work = async (input: Input): Promise<boolean> => {
    try {
      const answer = await send(input);
      await onDone?.(answer, input);
      return true;
    } catch (thrown) {
      if (thrown instanceof ConfirmationDeclined) return false;
      if (thrown instanceof ApiProblem) void askAgain(changes);
      // SECURITY: it may be a secret, and goes with the component, the next call or its answer.
      if (thrown instanceof ConnectionLost) lost.current = { input };
      onFailed?.(describeFailedChange(thrown), thrown, input);
      throw thrown;
    }
  };
  // Always the same function, for effects that clear the error.
  const clear = useCallback(() => {
    lost.current = null;
    reset();
  }, [reset]);
  const start = (input: Input) => {
    lost.current = null;
    if (slot.take(() => work(input), changes, isFreeAtOnce)) mutate();
  };
  return {
    isPending,
    error,
    message: error === null ? undefined : describeFailedChange(error),
    again:
      error instanceof ConnectionLost && !isConnectionLost
        ? () => {
            if (lost.current !== null) start(lost.current.input);
          }
        : null,
    fieldError: (name, taken) => {
      const said =
        error instanceof ApiProblem && Object.hasOwn(error.fields, name) ? error.fields[name] : undefined;
      if (said === 'taken' && taken) return taken;
      return said && said.charAt(0).toUpperCase() + said.slice(1);
    },
    mutate: start,
    reset: clear,
  };
}

/**
 * SECURITY: the mutation cache keeps variables, data and the function of a mutation while its component lives. What
 * is sent and answered may be a secret, so it goes past the cache: in this slot, until the answer is here. What is
 * refetched afterwards may take long, and has no need of it.
 */
function createSlot() {
  let isPending = false;
  let work: (() => Promise<boolean>) | null = null;
  let changes: readonly Resource[] | 'everything' = [];
  let isFreeAtOnce = false;
  return {
    /** False while a call is pending, even before the next render. `next` tells whether to refetch. */
    take(
      next: () => Promise<boolean>,
      resources: readonly Resource[] | 'everything',
      isFree: boolean,
    ): boolean {
      if (isPending) return false;
      isPending = true;
      work = next;
      changes = resources;
      isFreeAtOnce = isFree;
      return true;
    },
    async run(): Promise<void> {
      try {
        const answered = work?.();
        work = null;
        if (!(await answered)) return;
        const refetched = askAgain(changes);
        if (!isFreeAtOnce) await refetched;
      } finally {
        isPending = false;
      }
    },
  };
}

async function askAgain(changes: readonly Resource[] | 'everything'): Promise<void> {
  if (changes === 'everything') return queryClient.invalidateQueries();
  await Promise.all(changes.map((resource) => queryClient.invalidateQueries({ queryKey: [resource] })));
}
