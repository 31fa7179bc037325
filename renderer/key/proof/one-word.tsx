import { ArrowLeft, ArrowRight, Eye, EyeOff } from 'lucide-react';
import { useCallback, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { useHiddenFromCapture } from '../copy/use-hidden-from-capture.ts';
import { useHiddenOnBlur } from '../copy/use-hidden-on-blur.ts';
import { WORD_COUNT } from '../copy-input/word-list.ts';

interface OneWordProps {
  words: readonly string[];
  /** All were shown and written down. */
  onWritten: () => void;
}

/**
 * The words, one at a time. SECURITY: only the word shown is in the page, and none while the window is not in
 * front.
 */
export function OneWord({ words, onWritten }: OneWordProps) {
  const [at, setAt] = useState(0);
  const [isShown, setShown] = useState(false);
  const hide = useCallback(() => setShown(false), []);
  useHiddenOnBlur(isShown, hide);
  useHiddenFromCapture(isShown);
  const isLast = at === WORD_COUNT - 1;
  return (
    <section
      className="card now grid grid-cols-1 gap-4"
      aria-label="The words, one at a time"
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') setAt(Math.max(0, at - 1));
        if (event.key === 'ArrowRight') setAt(Math.min(WORD_COUNT - 1, at + 1));
      }}
    >
      <div className="grid justify-items-center gap-2 py-4" aria-live="polite">
        <span className="text-12 text-text-3">
          Word {at + 1} of {WORD_COUNT}
        </span>
        {isShown ? (
          <output className="font-mono text-28 font-semibold" aria-label={`Word ${at + 1}`}>
            {words[at]}
          </output>
        ) : (
          <span className="text-28 text-text-3">Hidden</span>
        )}
      </div>
      <Ticks value={((at + 1) / WORD_COUNT) * 100} />
      <div className="flex flex-wrap items-center gap-2">
        <Button icon={isShown ? EyeOff : Eye} onClick={() => setShown(!isShown)}>
          {isShown ? 'Hide' : 'Show the word'}
        </Button>
        <span className="flex-1" />
        <Button icon={ArrowLeft} disabled={at === 0} onClick={() => setAt(at - 1)}>
          Back
        </Button>
        {isLast ? (
          <Button kind="main" onClick={onWritten}>
            I wrote them down
          </Button>
        ) : (
          <Button kind="main" icon={ArrowRight} disabled={!isShown} onClick={() => setAt(at + 1)}>
            Next word
          </Button>
        )}
      </div>
      <p className="text-12 text-text-3">
        Hidden as soon as you go to another window. Number the words: their order counts.
      </p>
    </section>
  );
}
