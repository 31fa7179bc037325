import { Check, CircleX, LoaderCircle, type LucideIcon, Minus } from 'lucide-react';
import type { StateWords } from './backup-words.ts';

const icons: Record<StateWords['tone'], LucideIcon> = {
  ok: Check,
  working: LoaderCircle,
  unsure: Minus,
  bad: CircleX,
};

/** A state as shape and word, with what is known beyond it below. */
export function StateMark({ state: { tone, word, more } }: { state: StateWords }) {
  const Icon = icons[tone];
  return (
    <span className="two-lines">
      <span className={`backup-state backup-${tone}`}>
        <Icon className={`icon icon-14 ${tone === 'working' ? 'turning' : ''}`} aria-hidden="true" />
        {word}
      </span>
      {more !== null && <small title={more}>{more}</small>}
    </span>
  );
}
