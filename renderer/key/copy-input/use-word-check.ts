import { useEffect, useState } from 'react';
import { ask, client } from '../../api/client.ts';

const AFTER_MS = 250;

export type WordCheck = Awaited<ReturnType<typeof check>>;

function check(words: string[]) {
  return ask(client.POST('/vault/words/check', { body: { words } }));
}

/**
 * What the instance says of the words so far, a moment after the last key; null until it did. The words are
 * sent in a body and kept nowhere.
 */
export function useWordCheck(words: readonly string[], isOn: boolean): WordCheck | null {
  const [answer, setAnswer] = useState<{ of: readonly string[]; said: WordCheck } | null>(null);
  useEffect(() => {
    if (!isOn) return;
    let isOver = false;
    const timer = setTimeout(() => {
      check([...words])
        .then((said) => {
          if (!isOver) setAnswer({ of: words, said });
        })
        // Without it the page still takes the words; sending them says what is wrong.
        .catch(() => undefined);
    }, AFTER_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [words, isOn]);
  return answer?.of === words && isOn ? answer.said : null;
}
