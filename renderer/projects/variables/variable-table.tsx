import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Checkbox } from '../../ui/choices.tsx';
import { useMediaQuery } from '../../ui/media-query.ts';
import type { Environment } from '../project-queries.ts';
import { RevealedValue } from './revealed-value.tsx';
import type { Rights } from './rights.ts';
import type { Holder, Revealed } from './use-reveal.ts';
import { type RowActions, VariableRow } from './variable-row.tsx';
import type { Variable } from './variable-scope.ts';

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
  const isPhone = useMediaQuery('(max-width: 559px)');
  const items = useMemo(() => listItems(variables, revealed?.id ?? null), [variables, revealed?.id]);
  const start = useRef<HTMLTableSectionElement>(null);
  const scrollMargin = useOffset(start);
  const rowPx = isPhone ? TALL_ROW_PX : ROW_PX;
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
    overscan: 12,
    scrollMargin,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew
  useLayoutEffect(() => virtualizer.measure(), [rowPx]);
  const shown = virtualizer.getVirtualItems();
  const before = (shown[0]?.start ?? scrollMargin) - scrollMargin;
  const after = virtualizer.getTotalSize() - ((shown.at(-1)?.end ?? scrollMargin) - scrollMargin);
  const columns = useColumns(environments !== null, rights.maySelect, isPhone);
  return (
    <div className="table-wrap variables">
      <table className="table" aria-label="Variables" aria-rowcount={variables.length + 1}>
        <Head {...props} />
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

function Head({ variables, environments, rights, selected, onSelectAll }: VariableTableProps) {
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
        <th scope="col" className="value-cell">
          Value
        </th>
        {environments && (
          <th scope="col" className="tablet-cell environments-cell">
            Environments
          </th>
        )}
        <th scope="col" className="wide-cell kind-cell">
          Kind
        </th>
        <th scope="col" className="wide-cell changed-cell">
          Changed
        </th>
        <th scope="col" className="wide-cell used-cell">
          Last used
        </th>
        <th scope="col" className="tools-cell">
          <span className="sr">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

/** As many as are shown: a cell across more would add columns of its own. */
function useColumns(hasEnvironments: boolean, maySelect: boolean, isPhone: boolean): number {
  const isWide = useMediaQuery('(min-width: 1081px)');
  const always = 2 + (maySelect ? 1 : 0);
  if (isPhone) return always;
  return always + 1 + (hasEnvironments ? 1 : 0) + (isWide ? 3 : 0);
}

/** How far the rows begin below the top of what scrolls; banners come and go above them. */
function useOffset(start: React.RefObject<HTMLTableSectionElement | null>): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const page = document.getElementById('page');
    if (!start.current || !page) return;
    const { top } = start.current.getBoundingClientRect();
    setOffset(Math.round(top - page.getBoundingClientRect().top + page.scrollTop));
  });
  return offset;
}
