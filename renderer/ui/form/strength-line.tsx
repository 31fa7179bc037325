import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import type {
  judgeStrength,
  Strength,
} from '../../../electron/instance/vault/custody/passphrase-strength.ts';
import type { MIN_PASSPHRASE_CHARACTERS } from '../../../electron/instance/vault/vocabulary.ts';
import { Ticks, type TicksTone } from '../instruments/ticks.tsx';
import { formatCount } from '../time.ts';

/** For passwords and passphrases alike. */
export const MIN_CHARACTERS: typeof MIN_PASSPHRASE_CHARACTERS = 12;

type Judge = typeof judgeStrength;
let loaded: Judge | null = null;

/** Half a megabyte of dictionaries, loaded when a field that shows strength gets the focus. */
export async function loadJudge(): Promise<Judge> {
  loaded ??= (await import('../../../electron/instance/vault/custody/passphrase-strength.ts')).judgeStrength;
  return loaded;
}

/**
 * How hard the text is to guess; null while it is empty or the dictionaries are loading.
 *
 * @param names names an attacker who knows the owner would try first.
 */
export function useStrength(
  text: string,
  names: readonly string[],
  protects: 'key' | 'account',
): Strength | null {
  const [judge, setJudge] = useState<Judge | null>(() => loaded);
  const isTyped = text !== '';
  useEffect(() => {
    if (judge || !isTyped) return;
    let isOver = false;
    loadJudge().then(
      (found) => !isOver && setJudge(() => found),
      // Without them nothing is shown; the instance still refuses what is too easy to guess.
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [judge, isTyped]);
  // Checking may take longer than a keystroke.
  const settled = useDeferredValue(text);
  const known = names.join('\n');
  return useMemo(
    () => (judge && settled !== '' ? judge(settled, known.split('\n'), protects) : null),
    [judge, settled, known, protects],
  );
}

const verdicts: Record<Strength['level'], { tone: TicksTone; color: string; word: string }> = {
  short: { tone: 'attention', color: 'text-attention-text', word: '' },
  guessable: { tone: 'attention', color: 'text-attention-text', word: 'Easy to guess' },
  good: { tone: 'ok', color: 'text-ok-text', word: 'Good' },
  strong: { tone: 'ok', color: 'text-ok-text', word: 'Strong' },
};
const FULL_LOG10 = 20;

interface StrengthLineProps {
  text: string;
  strength: Strength | null;
  /** Shown while nothing is typed. */
  hint: string;
}

/** Strength of the typed text: ticks and a word. */
export function StrengthLine({ text, strength, hint }: StrengthLineProps) {
  const missing = MIN_CHARACTERS - [...text].length;
  const level = missing > 0 ? 'short' : strength?.level;
  if (text === '' || !level) return <>{hint}</>;
  const { tone, color, word } = verdicts[level];
  return (
    <span className={`inline-flex items-center gap-2 ${color}`} aria-live="polite">
      <Ticks value={((strength?.guessesLog10 ?? 0) / FULL_LOG10) * 100} tone={tone} isSmall />
      {missing > 0 ? formatCount(missing, 'more character') : word}
    </span>
  );
}
