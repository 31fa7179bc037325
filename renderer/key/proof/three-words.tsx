import { useState } from 'react';
import { hasCode } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { useAction } from '../../ui/use-action.ts';
import type { KeyCopy } from '../copy/copy-formats.ts';
import { proveCopy } from '../copy/make-copy.ts';
import { findCompletion, useWordList } from '../copy-input/word-list.ts';

interface ThreeWordsProps {
  copyId: number;
  /** The places asked for, from 1. */
  positions: readonly number[];
  onProven: (copy: KeyCopy) => void;
}

/** Proof that the words are on paper: three of them, typed back. A wrong answer asks for others. */
export function ThreeWords({ copyId, positions: first, onProven }: ThreeWordsProps) {
  const list = useWordList();
  const [positions, setPositions] = useState(first);
  const [words, setWords] = useState<string[]>(['', '', '']);
  const action = useAction();
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    await action.run(async () => {
      try {
        onProven(await proveCopy(copyId, { kind: 'asked', words }));
      } catch (error) {
        if (hasCode(error, 'copy_not_proven') && Array.isArray(error.details.positions)) {
          setPositions(error.details.positions as number[]);
          setWords(['', '', '']);
        }
        throw error;
      }
    });
  };
  return (
    <form onSubmit={submit} className="grid gap-3">
      <p className="text-text-2">Take your paper and type the words that stand at these numbers.</p>
      <div className="grid gap-3 phone:grid-cols-3">
        {positions.map((position, at) => {
          const word = words[at] ?? '';
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
              error={isUnknown ? 'Not on the list' : undefined}
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
      {action.said && (
        <p className="text-danger-text" role="alert">
          {action.said} Other words are asked for now.
        </p>
      )}
      <Button
        type="submit"
        kind="main"
        className="justify-self-start"
        isBusy={action.isBusy}
        disabled={words.some((word) => word === '')}
      >
        Check the words
      </Button>
    </form>
  );
}
