import { Dices } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { useWordList } from '../copy-input/word-list.ts';
import { judgeStrength } from './strength.ts';
import { StrengthLine } from './strength-line.tsx';

const SUGGESTED_WORDS = 6;

interface PassphrasePairProps {
  /** What it protects, under the second field. */
  hint: string;
  /** The passphrase once both are the same and long enough; null until then. Stable. */
  onReady: (passphrase: string | null) => void;
  /** What the instance said of it. */
  error?: string | undefined;
  autoFocus?: boolean;
}

/** A new passphrase, typed twice, or six words drawn for it. */
export function PassphrasePair({ hint, onReady, error, autoFocus = false }: PassphrasePairProps) {
  const list = useWordList();
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [suggested, setSuggested] = useState<string | null>(null);
  const [wasLeft, setLeft] = useState(false);
  const change = (nextFirst: string, nextSecond: string) => {
    setFirst(nextFirst);
    setSecond(nextSecond);
    const { level } = judgeStrength(nextFirst);
    const isGood = level !== 'empty' && level !== 'short';
    onReady(isGood && nextFirst === nextSecond ? nextFirst : null);
  };
  const suggest = () => {
    const words = drawWords(list);
    setSuggested(words);
    change(words, words);
  };
  const differs = wasLeft && second !== '' && first !== second;
  return (
    <div className="grid gap-3">
      <div className="grid items-start gap-4 tablet:grid-cols-2">
        <PasswordField
          label="Passphrase"
          autoComplete="new-password"
          autoFocus={autoFocus}
          maxLength={1024}
          value={first}
          onChange={(event) => {
            setSuggested(null);
            change(event.target.value, second);
          }}
          error={error}
          hint={<StrengthLine text={first} hint="At least 12 characters. Five words or more are good." />}
        />
        <PasswordField
          label="Once more"
          autoComplete="new-password"
          maxLength={1024}
          value={second}
          onChange={(event) => change(first, event.target.value)}
          onBlur={() => setLeft(true)}
          error={differs ? 'Not the same as the first.' : undefined}
          hint={hint}
        />
      </div>
      {suggested === null ? (
        <Button
          kind="plain"
          isSmall
          icon={Dices}
          className="justify-self-start"
          disabled={list.length === 0}
          onClick={suggest}
        >
          Suggest six words
        </Button>
      ) : (
        <p className="rounded-2 border border-line bg-inset px-3 py-2">
          <span className="block font-mono text-13 text-text select-all [overflow-wrap:anywhere]">
            {suggested}
          </span>
          <span className="block text-12 text-text-3">
            Drawn just now, filled into both fields. Write it down: we do not keep it.
          </span>
        </p>
      )}
    </div>
  );
}

/** Six of 2048 words: 66 bits. The list's length is a power of two, so no word comes more often. */
function drawWords(list: readonly string[]): string {
  const numbers = crypto.getRandomValues(new Uint32Array(SUGGESTED_WORDS));
  return Array.from(numbers, (number) => list[number % list.length]).join(' ');
}
