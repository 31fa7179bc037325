import { Ticks, type TicksTone } from '../../ui/instruments/ticks.tsx';
import { judgeStrength, type Strength } from './strength.ts';

const tones: Record<Strength['level'], { tone: TicksTone; text: string }> = {
  empty: { tone: 'quiet', text: 'text-text-3' },
  short: { tone: 'attention', text: 'text-attention-text' },
  weak: { tone: 'attention', text: 'text-attention-text' },
  fair: { tone: 'quiet', text: 'text-text-2' },
  good: { tone: 'ok', text: 'text-ok-text' },
  strong: { tone: 'ok', text: 'text-ok-text' },
};
const FULL_BITS = 80;

/** How strong what is typed is: ticks and a word. `hint` while nothing is typed. */
export function StrengthLine({ text, hint }: { text: string; hint: string }) {
  const { bits, level, word } = judgeStrength(text);
  if (level === 'empty') return <>{hint}</>;
  const { tone, text: color } = tones[level];
  return (
    <span className={`inline-flex items-center gap-2 ${color}`} aria-live="polite">
      <Ticks value={(bits / FULL_BITS) * 100} tone={tone} isSmall />
      {word}
    </span>
  );
}
