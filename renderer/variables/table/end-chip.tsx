import {
  type EndLevel,
  type Ends,
  levelOf,
  sayEnd,
  sayEndDay,
  sayEndSource,
} from '../../projects/end-words.ts';
import { Chip, type ChipTone } from '../../ui/chip.tsx';
import type { VerdictName } from '../../ui/instruments/verdict.tsx';
import { formatExact } from '../../ui/time.ts';

const looks: Record<EndLevel, { tone: ChipTone; verdict?: VerdictName }> = {
  over: { tone: 'danger', verdict: 'broken' },
  soon: { tone: 'attention', verdict: 'risk' },
  due: { tone: 'info', verdict: 'due' },
  later: { tone: 'neutral' },
};

/** When a variable ends, in words and with its date; nothing for one without an end. */
export function EndChip({ ends }: { ends: Ends }) {
  const { expires_at: at } = ends;
  if (at === null) return null;
  const level = levelOf(at);
  return (
    <span className="shrink-0" title={`${formatExact(at)}. ${sayEndSource(ends)}`}>
      <Chip {...looks[level]}>
        {level === 'later' ? `until ${sayEndDay(at)}` : `${sayEnd(at)}, ${sayEndDay(at)}`}
      </Chip>
    </span>
  );
}
