import { useCallback, useMemo, useRef, useState } from 'react';

/**
 * Rows of a list that are selected, among those shown: filtered or deleted ones are deselected. With Shift, the rows from the last
 * one to this one become as this one.
 *
 * @param keyOf constant.
 */
export function useRangeSelection<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key) {
  const [keys, setKeys] = useState<ReadonlySet<Key>>(new Set());
  const chosen = useMemo(
    () => (keys.size === 0 ? [] : rows.filter((row) => keys.has(keyOf(row)))),
    [rows, keys, keyOf],
  );
  const selected = useMemo(() => new Set(chosen), [chosen]);
  const last = useRef<Key | null>(null);
  // A row is drawn again only when its own selection changes: this stays the same function.
  const shown = useRef(rows);
  shown.current = rows;
  const select = useCallback(
    (row: Row, isSelected: boolean, isRange = false) => {
      const key = keyOf(row);
      const all = shown.current.map(keyOf);
      const from = isRange && last.current !== null ? all.indexOf(last.current) : -1;
      const to = all.indexOf(key);
      const changed =
        from === -1 || to === -1 ? [key] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
      last.current = key;
      setKeys((known) => {
        const next = new Set(known);
        for (const each of changed) {
          if (isSelected) next.add(each);
          else next.delete(each);
        }
        return next;
      });
    },
    [keyOf],
  );
  const selectAll = useCallback(
    (isSelected: boolean) => {
      last.current = null;
      setKeys(new Set(isSelected ? rows.map(keyOf) : []));
    },
    [rows, keyOf],
  );
  return { selected, chosen, select, selectAll };
}
