import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { hasCode } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import type { KeyCopy } from '../copy/copy-formats.ts';
import { verifyCopy } from '../copy/make-copy.ts';
import { checkWords, findCompletion, isMeantWord, useWordList } from '../copy-input/word-list.ts';

interface ThreeWordsProps {
  copyId: number;
  /** Positions of the requested words, from 1. */
  positions: readonly number[];
  onVerified: (copy: KeyCopy) => void;
}

/** Verifies words on paper by three of them. A wrong answer asks for others. */
export function ThreeWords({ copyId, positions: first, onVerified }: ThreeWordsProps) {
  const list = useWordList();
  const [positions, setPositions] = useState(first);
  const [words, setWords] = useState<string[]>(['', '', '']);
  /** What is not on the list as it was when it was sent, with the nearest words. */
  const [typos, setTypos] = useState<ReadonlyMap<string, readonly string[]>>(new Map());
  // A word that is on no copy is a typing error: it is said at its field, and costs no answer.
  const findTypos = async () => {
    const { problems } = await checkWords(words);
    const found = problems.filter(({ nearest }) => nearest.length > 0);
    setTypos(new Map(found.map(({ position, nearest }) => [words[position - 1] ?? '', nearest])));
  };
  const send = () => {
    if (list.length > 0 && words.some((word) => !isMeantWord(list, word))) look.mutate();
    else verify.mutate();
  };
  const look = useApiMutation(findTypos);
  const verify = useApiMutation(() => verifyCopy(copyId, { kind: 'asked', words }), {
    onDone: onVerified,
    onFailed: (_, error) => {
      if (!hasCode(error, 'copy_not_proven') || !Array.isArray(error.details.positions)) return;
      setPositions(error.details.positions as number[]);
      setWords(['', '', '']);
    },
  });
  return (
    <Form className="grid gap-3" mutation={verify} onSubmit={send}>
      <p className="text-text-2">Take your paper copy and type the words with these numbers.</p>
      <div className="grid gap-3 phone:grid-cols-3">
        {positions.map((position, at) => {
          const word = words[at] ?? '';
          const nearest = typos.get(word);
          const isUnknown =
            word.length > 2 && list.length > 0 && !list.some((known) => known.startsWith(word));
          return (
            <TextField
              // biome-ignore lint/suspicious/noArrayIndexKey: three fields, whichever words they ask for
              key={at}
              label={`Word ${position}`}
              isMono
              autoFocus={at === 0}
              autoCapitalize="none"
              value={word}
              maxLength={16}
              error={
                nearest
                  ? `Not on the list. Nearest: ${nearest.join(', ')}.`
                  : isUnknown
                    ? 'Not on the list'
                    : undefined
              }
              onChange={(event) =>
                setWords(words.with(at, event.target.value.toLowerCase().replace(/[^a-z]/g, '')))
              }
              onBlur={() => {
                const completion = findCompletion(list, word);
                if (completion) setWords(words.with(at, completion));
              }}
            />
          );
        })}
      </div>
      <ErrorLine said={look.message} />
      <ErrorLine said={verify.message && `${verify.message} Now enter these other words.`} />
      <Button
        type="submit"
        kind="main"
        className="justify-self-start"
        isBusy={verify.isPending || look.isPending}
        disabled={words.some((word) => word === '')}
      >
        Check the words
      </Button>
    </Form>
  );
}
