import { LoaderCircle } from 'lucide-react';
import { describeError } from '../../api/problem.ts';
import { useSecondsLeft } from '../../ui/countdown.ts';
import { Ticks } from '../../ui/ticks.tsx';
import { formatBytes } from '../../ui/time.ts';
import { Verdict } from '../../ui/verdict.tsx';
import { type Revealed, SHOWN_MS } from './use-reveal.ts';

/** What a well shows of a long value; copying takes all of it. */
const SHOWN_CHARACTERS = 4000;

/** The well below a row: the value while it is shown, and how long it still is. */
export function RevealedValue({ revealed, name }: { revealed: Revealed; name: string }) {
  if (revealed.error !== null)
    return (
      <div className="well" role="alert">
        <Verdict name="broken" className="text-danger-solid" />
        <span className="min-w-0 flex-1 truncate">{describeError(revealed.error)}</span>
      </div>
    );
  if (revealed.value === null)
    return (
      <div className="well text-text-3" role="status">
        <LoaderCircle className="icon turning" aria-hidden="true" />
        Opening
      </div>
    );
  return (
    <div className="well">
      <Shown value={revealed.value} name={name} />
      <HidesIn hidesAtMs={revealed.hidesAtMs} />
    </div>
  );
}

function Shown({ value, name }: { value: string; name: string }) {
  const isCut = value.length > SHOWN_CHARACTERS;
  return (
    <div className="min-w-0 flex-1">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long value scrolls, by keyboard too */}
      <section tabIndex={0} aria-label={`Value of ${name}`}>
        <pre dir="auto">
          {value === '' ? <span className="text-text-3">empty</span> : value.slice(0, SHOWN_CHARACTERS)}
          {isCut && '…'}
        </pre>
      </section>
      {isCut && (
        <p className="text-12 text-text-3">
          The first {SHOWN_CHARACTERS.toLocaleString()} characters of{' '}
          {formatBytes(new TextEncoder().encode(value).length)}. Copying takes all of it.
        </p>
      )}
    </div>
  );
}

function HidesIn({ hidesAtMs }: { hidesAtMs: number }) {
  const secondsLeft = useSecondsLeft(hidesAtMs);
  return (
    <span className="left">
      <span className="sr">Hides itself after {SHOWN_MS / 1000} seconds</span>
      <span aria-hidden="true">Hides in {secondsLeft} s</span>
      <Ticks value={(secondsLeft * 100_000) / SHOWN_MS} />
    </span>
  );
}
