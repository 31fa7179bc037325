import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem, ConfirmationDeclined, describeError } from './problem.ts';
import { queryClient } from './queries.ts';
import type { paths } from './schema.ts';

type FirstWord<Path> = Path extends `/${infer First}/${string}`
  ? First
  : Path extends `/${infer Only}`
    ? Only
    : never;
/** The first word of an API path, with which the keys of its queries begin. */
type Resource = FirstWord<keyof paths> | 'session';

interface Options<Input, Answer> {
  /** The queries to ask again: afterwards, and after a refusal too, which may mean that they are out of date. */
  changes?: readonly Resource[] | 'everything';
  /** Runs before they are asked again, so that a dialog closes and a new key is shown without waiting for lists. */
  onDone?: (answer: Answer, input: Input) => unknown;
  /** For places that cannot show `message`, such as a menu. */
  onFailed?: (message: string, error: unknown, input: Input) => void;
}

export interface ApiMutation<Input = void> {
  isPending: boolean;
  /** Null while nothing went wrong. Declining to confirm is no error. */
  error: unknown;
  /** The error in words. */
  message: string | undefined;
  /** What is wrong with a field; `taken` says it when the value is used already. */
  fieldError(name: string, taken?: string): string | undefined;
  /** Does nothing while the last call is pending. Never retried by itself. */
  mutate(input: Input): void;
  /** Forgets the error. */
  reset(): void;
}

/**
 * The one way to change something: TanStack's `useMutation` with the errors of this API and the queries to ask
 * again. `send` may read state of its component: what was typed stays there when it fails.
 */
export function useApiMutation<Input = void, Answer = unknown>(
  send: (input: Input) => Promise<Answer>,
  { changes = [], onDone, onFailed }: Options<Input, Answer> = {},
): ApiMutation<Input> {
  const [slot] = useState(createSlot);
  const { mutate, isPending, error, reset } = useMutation<void>({ mutationFn: slot.run });
  const work = async (input: Input) => {
    try {
      const answer = await send(input);
      await onDone?.(answer, input);
    } catch (thrown) {
      if (thrown instanceof ConfirmationDeclined) return;
      if (thrown instanceof ApiProblem) void askAgain(changes);
      onFailed?.(describeError(thrown), thrown, input);
      throw thrown;
    }
    await askAgain(changes);
  };
  return {
    isPending,
    error,
    message: error === null ? undefined : describeError(error),
    fieldError: (name, taken) => {
      const said = error instanceof ApiProblem ? error.fields[name] : undefined;
      if (said === 'taken' && taken) return taken;
      return said && said.charAt(0).toUpperCase() + said.slice(1);
    },
    mutate: (input) => {
      if (slot.take(() => work(input))) mutate();
    },
    reset,
  };
}

/**
 * SECURITY: the mutation cache keeps variables, data and the function of a mutation while its component lives. What
 * is sent and answered may be a secret, so it goes past the cache: in this slot, until the call ends.
 */
function createSlot() {
  let work: (() => Promise<void>) | null = null;
  return {
    /** False while a call is pending; a render may not know yet. */
    take(next: () => Promise<void>): boolean {
      if (work) return false;
      work = next;
      return true;
    },
    async run(): Promise<void> {
      try {
        await work?.();
      } finally {
        work = null;
      }
    },
  };
}

async function askAgain(changes: readonly Resource[] | 'everything'): Promise<void> {
  if (changes === 'everything') return queryClient.invalidateQueries();
  await Promise.all(changes.map((resource) => queryClient.invalidateQueries({ queryKey: [resource] })));
}
