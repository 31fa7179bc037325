import { LoaderCircle } from 'lucide-react';
import { useCallback } from 'react';
import { describeError, hasCode } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { useSecondsLeft } from '../../ui/clipboard/countdown.ts';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { Verdict } from '../../ui/instruments/verdict.tsx';
import { formatBytes } from '../../ui/time.ts';
import { type Holder, type Revealed, SHOWN_MS } from './use-reveal.ts';

/** Characters of a long value that are shown; copying takes all of it. */
const SHOWN_CHARACTERS = 4000;

interface RevealedValueProps {
  revealed: Revealed;
  holder: Holder;
  name: string;
  /** Null without permission. */
  onEnterAgain: (() => void) | null;
}

/** The area below a row: the revealed value, and how long it is still shown. */
export function RevealedValue({ revealed, holder, name, onEnterAgain }: RevealedValueProps) {
  const { error, shown } = revealed;
  if (error !== null)
    return (
      <div className="well" role="alert">
        <Verdict name="broken" className="text-danger-solid" />
        <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{describeError(error)}</span>
        {onEnterAgain && hasCode(error, 'secret_unreadable') && (
          <Button isSmall onClick={onEnterAgain}>
            Enter again
          </Button>
        )}
      </div>
    );
  if (shown === null)
    return (
      <div className="well text-text-3" role="status">
        <LoaderCircle className="icon turning" aria-hidden="true" />
        Decrypting
      </div>
    );
  return (
    <div className="well">
      <div className="min-w-0 flex-1">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long value scrolls, by keyboard too */}
        <section tabIndex={0} aria-label={`Value of ${name}`}>
          {shown.characters === 0 ? <span className="text-text-3">empty</span> : <Text holder={holder} />}
        </section>
        {shown.characters > SHOWN_CHARACTERS && (
          <p className="text-12 text-text-3">
            The first {SHOWN_CHARACTERS.toLocaleString()} characters of {formatBytes(shown.bytes)}. Copy takes
            all of it.
          </p>
        )}
      </div>
      <HidesIn hidesAtMs={shown.hidesAtMs} />
    </div>
  );
}

/** SECURITY: written without React, which would keep the last text, and cleared before the node is removed. */
function Text({ holder }: { holder: Holder }) {
  const write = useCallback(
    (element: HTMLPreElement) => {
      const text = holder.text ?? '';
      element.textContent = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
      return () => {
        element.textContent = '';
      };
    },
    [holder],
  );
  return <pre ref={write} dir="auto" />;
}

function HidesIn({ hidesAtMs }: { hidesAtMs: number }) {
  const secondsLeft = useSecondsLeft(hidesAtMs);
  return (
    <span className="left">
      <span className="sr">Hidden automatically after {SHOWN_MS / 1000} seconds</span>
      <span aria-hidden="true">Hides in {secondsLeft} s</span>
      <Ticks value={(secondsLeft * 100_000) / SHOWN_MS} />
    </span>
  );
}
