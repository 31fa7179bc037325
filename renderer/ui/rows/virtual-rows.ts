import { type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type Key, type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** Rows are added and removed in steps, so that most scroll frames render nothing. */
const DRAWN_AT_ONCE = 12;

interface VirtualRowsOptions {
  count: number;
  /** Row height; rows of other heights are measured by `measureElement`. */
  rowPx: number;
  /** Must be stable for the same rows: a new function has all of them measured again. */
  keyOf: (at: number) => Key;
}

/** Which of thousands of rows to render while scrolling, and the heights of the gaps before and after them. */
export function useVirtualRows({ count, rowPx, keyOf }: VirtualRowsOptions) {
  const start = useRef<HTMLTableSectionElement>(null);
  const scrollMargin = useOffset(start, keyOf);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: findScroller,
    estimateSize: () => rowPx,
    getItemKey: keyOf,
    rangeExtractor: listDrawn,
    scrollMargin,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured again
  useLayoutEffect(() => virtualizer.measure(), [rowPx]);
  const drawn = virtualizer.getVirtualItems();
  const before = (drawn[0]?.start ?? scrollMargin) - scrollMargin;
  const after = virtualizer.getTotalSize() - ((drawn.at(-1)?.end ?? scrollMargin) - scrollMargin);
  return { start, drawn, before, after, measureElement: virtualizer.measureElement };
}

/** The page's main element scrolls, not the table. */
const findScroller = () => document.getElementById('page');

/** The visible rows and some beyond them, in whole steps. */
function listDrawn({ startIndex, endIndex, count }: Range): number[] {
  const first = Math.max(0, (Math.floor(startIndex / DRAWN_AT_ONCE) - 1) * DRAWN_AT_ONCE);
  const end = Math.min(count, (Math.floor(endIndex / DRAWN_AT_ONCE) + 2) * DRAWN_AT_ONCE);
  return Array.from({ length: end - first }, (_, at) => first + at);
}

/**
 * Offset of the rows from the top of the scrolling element. Measured when the rows change, not on scroll, since it
 * costs a layout. A banner that appears meanwhile adds less than the rows rendered beyond the edge.
 */
function useOffset(start: RefObject<HTMLTableSectionElement | null>, rows: unknown): number {
  const [offset, setOffset] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows, perhaps at another place
  useLayoutEffect(() => {
    const page = findScroller();
    if (!start.current || !page) return;
    const { top } = start.current.getBoundingClientRect();
    setOffset(Math.round(top - page.getBoundingClientRect().top + page.scrollTop));
  }, [start, rows]);
  return offset;
}
