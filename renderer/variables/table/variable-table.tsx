import { type Range, useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Environment } from '../../projects/project-queries.ts';
import { Checkbox } from '../../ui/form/choices.tsx';
import { useMediaQuery } from '../../ui/media-query.ts';
import type { Rights } from '../rights.ts';
import type { Variable } from '../variable-scope.ts';
import { RevealedValue } from './revealed-value.tsx';
import type { Holder, Revealed } from './use-reveal.ts';
import { type RowActions, type TableLayout, VariableRow } from './variable-row.tsx';

const ROW_PX = 36;
const TALL_ROW_PX = 56;
const WELL_PX = 49;

interface VariableTableProps {
  variables: readonly Variable[];
  environments: readonly Environment[] | null;
  rights: Rights;
  selected: ReadonlySet<number>;
  onSelectAll: (isSelected: boolean) => void;
  revealed: Revealed | null;
  holder: Holder;
  actions: RowActions;
}

type Item = { variable: Variable; rowIndex: number; isWell: boolean };

/**
 * A table of as many rows as there are; only those in sight are drawn. Screen readers are told of all of them by
 * `aria-rowcount` and `aria-rowindex`.
 */
export function VariableTable(props: VariableTableProps) {
  const { variables, environments, rights, selected, revealed, holder, actions } = props;
  const layout = useTableLayout();
  const items = useMemo(() => listItems(variables, revealed?.id ?? null), [variables, revealed?.id]);
  const start = useRef<HTMLTableSectionElement>(null);
  const scrollMargin = useOffset(start, variables);
  const rowPx = layout === 'phone' ? TALL_ROW_PX : ROW_PX;
  // The same function for the same rows: a new one has all of them measured again.
  const getItemKey = useCallback(
    (at: number) => {
      const item = items[at];
      return item ? `${item.isWell ? 'well ' : ''}${item.variable.id}` : at;
    },
    [items],
  );
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => document.getElementById('page'),
    estimateSize: (at) => (items[at]?.isWell ? WELL_PX : rowPx),
    getItemKey,
    rangeExtractor: listDrawn,
    scrollMargin,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew
  useLayoutEffect(() => virtualizer.measure(), [rowPx]);
  const shown = virtualizer.getVirtualItems();
  const before = (shown[0]?.start ?? scrollMargin) - scrollMargin;
  const after = virtualizer.getTotalSize() - ((shown.at(-1)?.end ?? scrollMargin) - scrollMargin);
  const columns = countColumns(layout, environments !== null, rights.maySelect);
  return (
    <div className="table-wrap variables">
      <table className="table" aria-label="Variables" aria-rowcount={variables.length + 1}>
        <Head {...props} layout={layout} />
        <Gap ref={start} height={before} columns={columns} />
        <tbody>
          {shown.map(({ index, key }) => {
            const item = items[index];
            if (!item) return null;
            const { variable, rowIndex, isWell } = item;
            if (isWell)
              return (
                revealed && (
                  <tr key={key} ref={virtualizer.measureElement} data-index={index}>
                    <td colSpan={columns} className="well-cell">
                      <RevealedValue
                        revealed={revealed}
                        holder={holder}
                        name={variable.key}
                        onEnterAgain={rights.mayWrite ? () => actions.edit(variable) : null}
                      />
                    </td>
                  </tr>
                )
              );
            return (
              <VariableRow
                key={key}
                variable={variable}
                environments={environments}
                rights={rights}
                layout={layout}
                isSelected={selected.has(variable.id)}
                isOpen={revealed?.id === variable.id}
                rowIndex={rowIndex}
                actions={actions}
              />
            );
          })}
        </tbody>
        <Gap height={after} columns={columns} />
      </table>
    </div>
  );
}

/** Rows come and go by so many at once: most frames of a scroll then draw nothing anew. */
const DRAWN_AT_ONCE = 12;

/** The rows in sight and some beyond them, in whole steps. */
function listDrawn({ startIndex, endIndex, count }: Range): number[] {
  const first = Math.max(0, (Math.floor(startIndex / DRAWN_AT_ONCE) - 1) * DRAWN_AT_ONCE);
  const end = Math.min(count, (Math.floor(endIndex / DRAWN_AT_ONCE) + 2) * DRAWN_AT_ONCE);
  return Array.from({ length: end - first }, (_, at) => first + at);
}

/** Rows, and below the open one its well. */
function listItems(variables: readonly Variable[], openId: number | null): Item[] {
  return variables.flatMap((variable, at) => {
    const row = { variable, rowIndex: at + 2, isWell: false };
    return variable.id === openId ? [row, { ...row, isWell: true }] : [row];
  });
}

interface GapProps {
  ref?: React.Ref<HTMLTableSectionElement>;
  height: number;
  columns: number;
}

/** In place of the rows that are not drawn. */
function Gap({ ref, height, columns }: GapProps) {
  return (
    <tbody ref={ref} aria-hidden="true">
      {height > 0 && (
        <tr>
          <td colSpan={columns} className="gap-cell" style={{ height }} />
        </tr>
      )}
    </tbody>
  );
}

interface HeadProps extends VariableTableProps {
  layout: TableLayout;
}

function Head({ variables, environments, rights, layout, selected, onSelectAll }: HeadProps) {
  const isAll = variables.length > 0 && variables.every(({ id }) => selected.has(id));
  return (
    <thead>
      <tr aria-rowindex={1}>
        {rights.maySelect && (
          <th scope="col" className="pick-cell">
            <Checkbox
              checked={isAll ? true : selected.size > 0 ? 'indeterminate' : false}
              onChange={() => onSelectAll(!isAll)}
              label="Select all"
            />
          </th>
        )}
        <th scope="col" className="name-cell">
          Name
        </th>
        {layout !== 'phone' && <th scope="col">Value</th>}
        {layout !== 'phone' && environments && (
          <th scope="col" className="environments-cell">
            Environments
          </th>
        )}
        {layout === 'wide' && (
          <>
            <th scope="col" className="kind-cell">
              Kind
            </th>
            <th scope="col" className="changed-cell">
              Changed
            </th>
            <th scope="col" className="used-cell">
              Last used
            </th>
          </>
        )}
        <th scope="col" className="tools-cell">
          <span className="sr">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

function useTableLayout(): TableLayout {
  const isPhone = useMediaQuery('(max-width: 559px)');
  const isWide = useMediaQuery('(min-width: 1081px)');
  return isPhone ? 'phone' : isWide ? 'wide' : 'narrow';
}

function countColumns(layout: TableLayout, hasEnvironments: boolean, maySelect: boolean): number {
  const always = 2 + (maySelect ? 1 : 0);
  if (layout === 'phone') return always;
  return always + 1 + (hasEnvironments ? 1 : 0) + (layout === 'wide' ? 3 : 0);
}

/**
 * How far the rows begin below the top of what scrolls. Asked when the rows change, not when they scroll: it costs a
 * layout. What a banner above adds meanwhile is less than the rows drawn beyond the edge.
 */
function useOffset(
  start: React.RefObject<HTMLTableSectionElement | null>,
  variables: readonly Variable[],
): number {
  const [offset, setOffset] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows, perhaps at another place
  useLayoutEffect(() => {
    const page = document.getElementById('page');
    if (!start.current || !page) return;
    const { top } = start.current.getBoundingClientRect();
    setOffset(Math.round(top - page.getBoundingClientRect().top + page.scrollTop));
  }, [start, variables]);
  return offset;
}
