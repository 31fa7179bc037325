import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, client } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

export type SecretGuess = components['schemas']['SecretGuess'];

/** After the last key, so that a word is asked about once. */
const ASK_AFTER_MS = 250;
/** A longer value says what it is by its beginning. */
const MOST_CHARACTERS = 10_000;

/** What the instance takes name and value for, said while they are typed. Null while nobody knows. */
export function useSecretGuess() {
  const [guess, setGuess] = useState<SecretGuess | null>(null);
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; left: AbortController } | null>(null);
  const stop = useCallback(() => {
    clearTimeout(pending.current?.timer);
    pending.current?.left.abort();
    pending.current = null;
  }, []);
  /** SECURITY: reads the fields when it asks; no value waits in a timer. */
  const guessLater = useCallback(
    (read: () => { key: string; value: string }) => {
      stop();
      const left = new AbortController();
      const timer = setTimeout(() => {
        const { key, value } = read();
        if (key === '' && value === '') return setGuess(null);
        const body = { key, value: value.slice(0, MOST_CHARACTERS) };
        ask(client.POST('/secret-guess', { body, signal: left.signal })).then(setGuess, () => {
          if (!left.signal.aborted) setGuess(null);
        });
      }, ASK_AFTER_MS);
      pending.current = { timer, left };
    },
    [stop],
  );
  useEffect(() => stop, [stop]);
  return { guess, guessLater };
}
