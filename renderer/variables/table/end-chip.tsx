import {
  type EndLevel,
  type Ends,
  levelOf,
  sayEnd,
  sayEndBriefly,
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

interface EndChipProps {
  ends: Ends;
  /** Whether a heading above it says that it ends. */
  isBelowHead?: boolean;
}

/** When a variable ends: in words, and with its day where there is room; nothing for one without an end. */
export function EndChip({ ends, isBelowHead = false }: EndChipProps) {
  const { expires_at: at } = ends;
  if (at === null) return null;
  return (
    <span className="shrink-0" title={`${formatExact(at)}. ${sayEndSource(ends)}`}>
      <Chip {...looks[levelOf(at)]}>{isBelowHead ? sayEndBriefly(at) : sayEnd(at)}</Chip>
    </span>
  );
}
