import { useMemo } from 'react';
import type { Environment } from '../../projects/project-queries.ts';
import { sayActorExactly } from '../../ui/actor.tsx';
import { Button } from '../../ui/button.tsx';
import { actionsColumn, type Column, Table, type TableStates } from '../../ui/table.tsx';
import { formatExact } from '../../ui/time.ts';
import type { Rights } from '../rights.ts';
import type { Variable } from '../variable-scope.ts';
import { EndChip } from './end-chip.tsx';
import { EnvironmentChips } from './environment-chips.tsx';
import { RevealedValue } from './revealed-value.tsx';
import { useMediaQuery } from './use-media-query.ts';
import type { Holder, Revealed } from './use-reveal.ts';
import { Changed, Kind, LastUsed, Name, type RowActions, Tools, Value } from './variable-cells.tsx';

const ROW_PX = 36;
const TALL_ROW_PX = 56;

interface VariableTableProps extends TableStates {
  variables: readonly Variable[];
  /** Null for shared variables, which have none. */
  environments: readonly Environment[] | null;
  rights: Rights;
  selected: ReadonlySet<Variable>;
  onSelect: (variable: Variable, isSelected: boolean, isRange?: boolean) => void;
  onSelectAll: (isSelected: boolean) => void;
  revealed: Revealed | null;
  holder: Holder;
  actions: RowActions;
  /** The same name may be in several environments. */
  rowName: (variable: Variable) => string;
}

/** The table of variables. */
export function VariableTable(props: VariableTableProps) {
  const { variables, rights, selected, onSelect, onSelectAll, revealed, holder, actions, rowName } = props;
  const isPhone = useMediaQuery('(max-width: 559px)');
  const openId = revealed?.id;
  const opened = openId === undefined ? undefined : variables.find(({ id }) => id === openId);
  return (
    <Table
      query={props.query}
      empty={props.empty}
      label="Variables"
      className="variables"
      skeletonRows={8}
      rows={variables}
      rowKey={idOf}
      rowPx={isPhone ? TALL_ROW_PX : ROW_PX}
      selection={rights.maySelect ? { selected, nameOf: rowName, onSelect, onSelectAll } : undefined}
      rowClass={({ id, state }) =>
        state === 'unreadable'
          ? 'is-bad'
          : state === 'locked'
            ? 'is-locked'
            : id === openId
              ? 'is-open'
              : 'is-quiet'
      }
      columns={useColumns(props, isPhone)}
      below={
        revealed &&
        opened && {
          key: opened.id,
          content: (
            <RevealedValue
              revealed={revealed}
              holder={holder}
              name={rowName(opened)}
              onEnterAgain={rights.mayWrite ? () => actions.edit(opened) : null}
            />
          ),
        }
      }
    />
  );
}

const idOf = ({ id }: Variable) => id;

/** Columns that fit the screen. On phones, value and environments are on a second line below the name. */
function useColumns(
  { variables, environments, rights, revealed, actions, rowName }: VariableTableProps,
  isPhone: boolean,
): readonly Column<Variable>[] {
  const room = useRoom();
  const hasEnds = variables.some(({ expires_at }) => expires_at !== null);
  const openId = revealed?.id;
  return useMemo(() => {
    const { mayWrite } = rights;
    const value = (variable: Variable) => <Value variable={variable} isOpen={variable.id === openId} />;
    const chips = (variable: Variable) =>
      environments && <EnvironmentChips variable={variable} all={environments} />;
    const name: Column<Variable> = {
      name: 'Name',
      isRowHeader: true,
      width: isPhone ? '' : 'w-47 max-tablet:w-42',
      cell: (variable) => (
        <>
          <Name variable={variable} rowName={rowName(variable)} onEdit={mayWrite ? actions.edit : null} />
          {isPhone && (
            <div className="second-line">
              {value(variable)}
              <EndChip ends={variable} />
              {chips(variable)}
            </div>
          )}
        </>
      ),
    };
    const beside: Column<Variable>[] = [
      {
        name: 'Value',
        cell: (variable) => (
          <span className="row">
            {value(variable)}
            {variable.state === 'unreadable' && mayWrite && (
              <Button isSmall className="ml-auto" onClick={() => actions.edit(variable)}>
                Enter again<span className="sr"> {rowName(variable)}</span>
              </Button>
            )}
          </span>
        ),
      },
      ...(environments ? [{ name: 'Environments', width: 'w-40 max-tablet:w-32', cell: chips }] : []),
      ...(hasEnds ? [ends] : []),
      ...(facts[hasEnds ? room - 1 : room] ?? []),
    ];
    const tools = actionsColumn<Variable>(
      (variable) => (
        <Tools
          {...{ variable, rights, actions }}
          rowName={rowName(variable)}
          isOpen={variable.id === openId}
        />
      ),
      'w-25',
    );
    return [name, ...(isPhone ? [] : beside), tools];
  }, [environments, rights, openId, actions, rowName, isPhone, room, hasEnds]);
}

const ends: Column<Variable> = {
  name: 'Ends',
  width: 'w-44',
  cell: (variable) => <EndChip ends={variable} isBelowHead />,
};

/** For how many columns of `facts` there is room beside the others; a whole word needs its width. */
function useRoom(): number {
  const forOne = useMediaQuery('(min-width: 1081px)');
  const forTwo = useMediaQuery('(min-width: 1280px)');
  const forThree = useMediaQuery('(min-width: 1360px)');
  return [forOne, forTwo, forThree].filter(Boolean).length;
}

const kind: Column<Variable> = {
  name: 'Kind',
  width: 'w-22',
  cell: ({ is_secret }) => <Kind isSecret={is_secret} />,
};
const changed: Column<Variable> = {
  name: 'Changed',
  width: 'w-47',
  title: ({ changed_at, changed_by_actor }) =>
    `${formatExact(changed_at)}, ${sayActorExactly(changed_by_actor)}`,
  cell: (variable) => <Changed variable={variable} />,
};
const lastRead: Column<Variable> = {
  name: 'Last read',
  width: 'w-28',
  title: ({ last_used_at }) => (last_used_at === null ? undefined : formatExact(last_used_at)),
  cell: (variable) => <LastUsed variable={variable} />,
};
/** By how many there is room for. The kind is to be seen by the value, too. */
const facts: readonly (readonly Column<Variable>[])[] = [
  [],
  [changed],
  [kind, changed],
  [kind, changed, lastRead],
];
