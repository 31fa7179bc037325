import { Dices } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useSessionQuery } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { loadJudge, MIN_CHARACTERS, StrengthLine, useStrength } from '../../ui/form/strength-line.tsx';
import { useWordList } from '../copy-input/word-list.ts';

const SUGGESTED_WORDS = 6;

interface PassphrasePairProps {
  /** What it protects, shown under the second field. */
  hint: string;
  /** Called with the passphrase once both match and it is strong enough, else with null. Must be stable. */
  onReady: (passphrase: string | null) => void;
  /** The instance's error. */
  error?: string | undefined;
  autoFocus?: boolean;
}

/** Fields for a new passphrase, typed twice or generated from six words. */
export function PassphrasePair({ hint, onReady, error, autoFocus = false }: PassphrasePairProps) {
  const list = useWordList();
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [suggested, setSuggested] = useState<string | null>(null);
  const [wasLeft, setLeft] = useState(false);
  const session = useSessionQuery().data;
  const names = [session?.instance_name, session?.user?.name, session?.user?.email];
  const strength = useStrength(
    first,
    names.filter((name) => typeof name === 'string'),
    'key',
  );
  // The instance checks it too before anything is written; if the dictionaries did not load, only the instance
  // does.
  const isGood = [...first].length >= MIN_CHARACTERS && strength?.level !== 'guessable';
  const ready = isGood && first === second ? first : null;
  useEffect(() => onReady(ready), [onReady, ready]);
  const suggest = () => {
    const words = drawWords(list);
    setSuggested(words);
    setFirst(words);
    setSecond(words);
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
            setFirst(event.target.value);
          }}
          onFocus={() => void loadJudge().catch(() => undefined)}
          error={error}
          hint={
            <StrengthLine
              text={first}
              strength={strength}
              hint={`At least ${MIN_CHARACTERS} characters. Five words or more are good.`}
            />
          }
        />
        <PasswordField
          label="Confirm passphrase"
          autoComplete="new-password"
          maxLength={1024}
          value={second}
          onChange={(event) => setSecond(event.target.value)}
          onBlur={() => setLeft(true)}
          error={differs ? 'The passphrases do not match.' : undefined}
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
            Just generated and filled into both fields. Write it down: we do not store it.
          </span>
        </p>
      )}
    </div>
  );
}

/** Six of 2048 words: 66 bits. The list's length is a power of two, so every word is equally likely. */
function drawWords(list: readonly string[]): string {
  const numbers = crypto.getRandomValues(new Uint32Array(SUGGESTED_WORDS));
  return Array.from(numbers, (number) => list[number % list.length]).join(' ');
}
