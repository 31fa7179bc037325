import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useRef } from 'react';
import { formatClockSeconds, formatExact } from '../../ui/time.ts';

export interface ShownLine {
  key: number;
  /** Unix ms; null where it is not known. */
  atMs: number | null;
  /** A word before the text: "stderr". */
  source?: string;
  text: string;
  tone?: 'step' | 'attention' | 'bad';
}

/** Height of a line that is not wrapped. */
const LINE_PX = 18;
/** So near to the end, new lines are followed. */
const NEAR_PX = 40;

interface LogLinesProps {
  /** Accessible name of the box. */
  label: string;
  lines: readonly ShownLine[];
  className?: string;
}

/** Lines of a log in a box that scrolls: those that can be seen are rendered. At its end it stays at its end. */
export function LogLines({ label, lines, className = '' }: LogLinesProps) {
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const lastTop = useRef(0);
  const latest = useRef(lines);
  latest.current = lines;
  const keyOf = useCallback((at: number) => latest.current[at]?.key ?? at, []);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    getItemKey: keyOf,
    overscan: 20,
  });
  const total = virtualizer.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: more lines, or lines that were measured
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, total]);
  const noteScroll = () => {
    if (!box.current) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) isAtEnd.current = true;
    else if (scrollTop < lastTop.current) isAtEnd.current = false;
    lastTop.current = scrollTop;
  };
  return (
    <section
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      aria-label={label}
      className={`log ${className}`}
      onScroll={noteScroll}
    >
      <ol style={{ height: total }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          return (
            line && (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                aria-setsize={lines.length}
                aria-posinset={index + 1}
                className={line.tone ? `is-${line.tone}` : ''}
                style={{ transform: `translateY(${start}px)` }}
              >
                <LineTime atMs={line.atMs} />
                <span>
                  {line.source && <span className="src">{line.source} </span>}
                  {line.text}
                </span>
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}

function LineTime({ atMs }: { atMs: number | null }) {
  if (atMs === null) return <span />;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={formatExact(atMs)}>
      {formatClockSeconds(atMs)}
    </time>
  );
}
