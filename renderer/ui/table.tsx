import { LockKeyhole } from 'lucide-react';
import { type CSSProperties, type Key, memo, type ReactNode, type Ref, useCallback, useMemo } from 'react';
import { Checkbox } from './form/choices.tsx';
import { Failed, Skeleton } from './nothing.tsx';
import { useVirtualRows } from './virtual-rows.ts';

export interface Column<Row> {
  /** Its header, and what tells it from the others. */
  name: string;
  /** The header where it is more than its name, or read out only. */
  head?: ReactNode;
  cell: (row: Row) => ReactNode;
  /** What a cell says in full: shown on hover. */
  title?: (row: Row) => string | undefined;
  /** The column that names its row to a screen reader. */
  isRowHeader?: boolean;
  /** Figures, at the right. */
  isNumber?: boolean;
  /** A class; columns without one share what is left. */
  width?: string;
  /** Of the header and the cells: the screens it is hidden on. */
  className?: string;
}

interface TableProps<Row> {
  /** What it lists: read out. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => Key;
  /** `is-bad`, `is-locked`, `is-open`, `is-link`. */
  rowClass?: (row: Row) => string;
  /** Where the rows come from: while there are none, that they load, or why they did not. */
  query?: TableQuery | undefined;
  skeletonRows?: number;
  /** In place of a table without rows. */
  empty?: ReactNode;
  /** A line below the rows. */
  foot?: ReactNode;
  className?: string;
  /** A box before each row, and one for all. */
  selection?: Selection<Row> | undefined;
  /**
   * Height of a row, for thousands of them: only those in sight are drawn, and screen readers are told of all by
   * `aria-rowcount` and `aria-rowindex`. Columns, `rowKey` and rows that did not change must be the same objects.
   */
  rowPx?: number;
  /** What is opened below one row, in a table with `rowPx`. */
  below?: { key: Key; content: ReactNode } | null | undefined;
}

interface Selection<Row> {
  /** Of the rows of the table. */
  selected: ReadonlySet<Row>;
  nameOf: (row: Row) => string;
  /** The same function at every drawing: a row is drawn anew only when it is selected itself. */
  onSelect: (row: Row, isSelected: boolean) => void;
  onSelectAll: (isSelected: boolean) => void;
}

/** What a table needs of a query. TanStack's results have it. */
interface TableQuery {
  data: unknown;
  isError: boolean;
  error: unknown;
  /** The rows are those of the question before. */
  isPlaceholderData: boolean;
  refetch: () => unknown;
}

/** What a page hands through a table of its own. */
export type TableStates = Pick<TableProps<never>, 'query' | 'empty' | 'foot'>;

/** Many things, one a row. */
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

/** What a row needs of the selection: nothing that changes when another row is selected. */
function rowSelection<Row>(selection: Selection<Row> | undefined, row: Row) {
  if (!selection) return {};
  const { selected, nameOf, onSelect } = selection;
  return { isSelected: selected.has(row), selectLabel: `Select ${nameOf(row)}`, onSelect };
}

interface TableRowProps<Row> {
  columns: readonly Column<Row>[];
  row: Row;
  className: string | undefined;
  /** Among all rows, from 1; the head is the first. */
  rowIndex?: number;
  isSelected?: boolean;
  selectLabel?: string;
  onSelect?: (row: Row, isSelected: boolean) => void;
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
            onChange={(event) => onSelect(row, event.currentTarget.checked)}
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
  /** The row at a place among all that are drawn; null for what is opened below one. */
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

/** In place of the rows that are not drawn. */
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

/** The last column: the buttons and the menu of a row. */
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
  /** A quieter second line. */
  below?: ReactNode;
}

/** What a row is about: its name, cut where there is no room for all of it. */
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

/** In the place of what waits for the key. */
export function Locked() {
  return (
    <span className="padlock">
      <LockKeyhole className="icon" aria-hidden="true" />
      Locked
    </span>
  );
}
