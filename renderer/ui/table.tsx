import { LockKeyhole } from 'lucide-react';
import { type CSSProperties, type Key, memo, type ReactNode, type Ref, useCallback, useMemo } from 'react';
import { Failed, Skeleton } from './blank-state.tsx';
import { Checkbox } from './form/choices.tsx';
import { useVirtualRows } from './rows/virtual-rows.ts';

export interface Column<Row> {
  /** Its header and unique id. */
  name: string;
  /** The header if it is more than the name, or visually hidden. */
  head?: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Full text of a cell, shown on hover. */
  title?: (row: Row) => string | undefined;
  /** The column screen readers use as the row's name. */
  isRowHeader?: boolean;
  /** Numbers, right-aligned. */
  isNumber?: boolean;
  /** A class; columns without one share the remaining width. */
  width?: string;
  /** Classes of header and cells, for example to hide the column on some screens. */
  className?: string;
}

interface TableProps<Row> {
  /** Accessible name. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => Key;
  /** `is-bad`, `is-locked`, `is-open`, `is-link`. */
  rowClass?: (row: Row) => string;
  /** The query of the rows, for the loading and error states. */
  query?: TableQuery | undefined;
  skeletonRows?: number;
  /** Shown instead of an empty table. */
  empty?: ReactNode;
  /** A line below the rows. */
  foot?: ReactNode;
  className?: string;
  /** A checkbox for each row, and one for all. */
  selection?: Selection<Row> | undefined;
  /**
   * Row height, for thousands of rows: only visible rows are rendered, and screen readers get the total by
   * `aria-rowcount` and `aria-rowindex`. Columns, `rowKey` and unchanged rows must be the same objects.
   */
  rowPx?: number;
  /** Content below one row, in a table with `rowPx`. */
  below?: { key: Key; content: ReactNode } | null | undefined;
}

interface Selection<Row> {
  /** Keys of the selected rows. */
  selected: ReadonlySet<Row>;
  nameOf: (row: Row) => string;
  /**
   * Must be stable: a row is rendered again only when its own selection changes.
   *
   * @param isRange with Shift: the rows from the last one to this one are meant.
   */
  onSelect: (row: Row, isSelected: boolean, isRange?: boolean) => void;
  onSelectAll: (isSelected: boolean) => void;
}

/** What a table needs of a query; TanStack's results have it. */
interface TableQuery {
  data: unknown;
  isError: boolean;
  error: unknown;
  /** The rows are of the previous query. */
  isPlaceholderData: boolean;
  refetch: () => unknown;
}

/** Props that a page passes through its own table component. */
export type TableStates = Pick<TableProps<never>, 'query' | 'empty' | 'foot'>;

/** A table with one item per row. */
export function Table<Row>(props: TableProps<Row>) {
  const { rows, query, skeletonRows = 4, empty, foot, className = '', rowPx } = props;
  return (
    <div
      className={`table-wrap ${className}`}
      aria-busy={query?.isPlaceholderData || undefined}
      style={rowPx === undefined ? undefined : ({ '--row': `${rowPx}px` } as CSSProperties)}
    >
      {query && query.data === undefined ? (
        query.isError ? (
          <Failed title="The list did not load" error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={skeletonRows} columns={4} />
        )
      ) : rows.length === 0 && empty ? (
        empty
      ) : (
        <>
          <Drawn {...props} />
          {foot && <div className="table-foot">{foot}</div>}
        </>
      )}
    </div>
  );
}

function Drawn<Row>(props: TableProps<Row>) {
  const { label, columns, rows, rowKey, rowClass, selection, rowPx } = props;
  const isVirtual = rowPx !== undefined;
  return (
    <table className="table" aria-label={label} aria-rowcount={isVirtual ? rows.length + 1 : undefined}>
      <thead>
        <tr aria-rowindex={isVirtual ? 1 : undefined}>
          {selection && (
            <SelectAll
              count={selection.selected.size}
              isAll={selection.selected.size === rows.length}
              onChange={selection.onSelectAll}
            />
          )}
          {columns.map((column) => (
            <th key={column.name} scope="col" className={`${classOf(column)} ${column.width ?? ''}`}>
              {column.head ?? column.name}
            </th>
          ))}
        </tr>
      </thead>
      {isVirtual ? (
        <VirtualRows {...props} rowPx={rowPx} />
      ) : (
        <tbody>
          {rows.map((row) => (
            <TableRow
              key={rowKey(row)}
              columns={columns}
              row={row}
              className={rowClass?.(row)}
              {...rowSelection(selection, row)}
            />
          ))}
        </tbody>
      )}
    </table>
  );
}

const classOf = ({ isNumber, className = '' }: Column<never>) => (isNumber ? `num ${className}` : className);

interface SelectAllProps {
  /** How many are selected. */
  count: number;
  isAll: boolean;
  onChange: (isSelected: boolean) => void;
}

function SelectAll({ count, isAll, onChange }: SelectAllProps) {
  return (
    <th scope="col" className="pick w-11">
      <Checkbox
        checked={isAll ? true : count > 0 ? 'indeterminate' : false}
        onChange={() => onChange(!isAll)}
        label="Select all"
      />
    </th>
  );
}

/** Selection props of a row; they do not change when another row is selected. */
function rowSelection<Row>(selection: Selection<Row> | undefined, row: Row) {
  if (!selection) return {};
  const { selected, nameOf, onSelect } = selection;
  return { isSelected: selected.has(row), selectLabel: `Select ${nameOf(row)}`, onSelect };
}

interface TableRowProps<Row> {
  columns: readonly Column<Row>[];
  row: Row;
  className: string | undefined;
  /** Position among all rows, from 1; the header is the first. */
  rowIndex?: number;
  isSelected?: boolean;
  selectLabel?: string;
  onSelect?: (row: Row, isSelected: boolean, isRange?: boolean) => void;
}

const TableRow = memo((props: TableRowProps<unknown>) => {
  const { columns, row, className, rowIndex, isSelected, selectLabel, onSelect } = props;
  return (
    <tr className={isSelected ? `is-selected ${className ?? ''}` : className} aria-rowindex={rowIndex}>
      {onSelect && (
        <td className="pick">
          <input
            type="checkbox"
            className="check align-middle"
            checked={isSelected}
            onChange={({ currentTarget, nativeEvent }) =>
              onSelect(row, currentTarget.checked, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
            }
            // With Shift it would select the text in between.
            onMouseDown={(event) => event.shiftKey && event.preventDefault()}
            aria-label={selectLabel}
          />
        </td>
      )}
      {columns.map((column) => {
        const Cell = column.isRowHeader ? 'th' : 'td';
        return (
          <Cell
            key={column.name}
            scope={column.isRowHeader ? 'row' : undefined}
            className={classOf(column)}
            title={column.title?.(row)}
          >
            {column.cell(row)}
          </Cell>
        );
      })}
    </tr>
  );
}) as <Row>(props: TableRowProps<Row>) => ReactNode;

interface VirtualRowsProps<Row> extends TableProps<Row> {
  rowPx: number;
}

function VirtualRows<Row>(props: VirtualRowsProps<Row>) {
  const { columns, rows, rowKey, rowClass, selection, rowPx, below } = props;
  const openKey = below?.key;
  const openAt = useMemo(
    () => (openKey === undefined ? -1 : rows.findIndex((row) => rowKey(row) === openKey)),
    [rows, rowKey, openKey],
  );
  const isOpen = openAt >= 0;
  /** The row at a rendered position; null for the content below a row. */
  const placeOf = useCallback(
    (at: number) => (!isOpen || at <= openAt ? at : at === openAt + 1 ? null : at - 1),
    [isOpen, openAt],
  );
  const keyOf = useCallback(
    (at: number) => {
      const place = placeOf(at);
      const row = place === null ? undefined : rows[place];
      return row === undefined ? 'below' : rowKey(row);
    },
    [rows, rowKey, placeOf],
  );
  const count = rows.length + (isOpen ? 1 : 0);
  const { start, drawn, before, after, measureElement } = useVirtualRows({ count, rowPx, keyOf });
  const width = columns.length + (selection ? 1 : 0);
  return (
    <>
      <Gap ref={start} height={before} columns={width} />
      <tbody>
        {drawn.map(({ index, key }) => {
          const place = placeOf(index);
          if (place === null)
            return (
              <tr key={key} ref={measureElement} data-index={index}>
                <td colSpan={width} className="below">
                  {below?.content}
                </td>
              </tr>
            );
          const row = rows[place];
          return (
            row !== undefined && (
              <TableRow
                key={key}
                columns={columns}
                row={row}
                className={rowClass?.(row)}
                rowIndex={place + 2}
                {...rowSelection(selection, row)}
              />
            )
          );
        })}
      </tbody>
      <Gap height={after} columns={width} />
    </>
  );
}

/** Replaces the rows that are not rendered. */
function Gap({
  ref,
  height,
  columns,
}: {
  ref?: Ref<HTMLTableSectionElement>;
  height: number;
  columns: number;
}) {
  return (
    <tbody ref={ref} aria-hidden="true">
      {height > 0 && (
        <tr>
          <td colSpan={columns} className="gap" style={{ height }} />
        </tr>
      )}
    </tbody>
  );
}

/** The last column: buttons and menu of a row. */
export function actionsColumn<Row>(cell: (row: Row) => ReactNode, width = 'w-14'): Column<Row> {
  return {
    name: 'Actions',
    head: <span className="sr">Actions</span>,
    width,
    cell: (row) => <span className="flex items-center justify-end">{cell(row)}</span>,
  };
}

interface RowNameProps {
  name: string;
  /** Chips. */
  beside?: ReactNode;
  /** A lighter second line. */
  below?: ReactNode;
}

/** The name of a row's item, truncated if there is no room. */
export function RowName({ name, beside, below }: RowNameProps) {
  return (
    <span className="two-lines min-w-0">
      <span className="flex min-w-0 items-center gap-2">
        <span className="first truncate" dir="auto" title={name}>
          {name}
        </span>
        {beside}
      </span>
      <small>{below}</small>
    </span>
  );
}

/** Replaces a value that needs the key. */
export function Locked() {
  return (
    <span className="padlock">
      <LockKeyhole className="icon" aria-hidden="true" />
      Locked
    </span>
  );
}
