import { Copy, Eye, EyeOff, Lock } from 'lucide-react';
import { memo } from 'react';
import type { Environment } from '../../projects/project-queries.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Verdict } from '../../ui/instruments/verdict.tsx';
import { daysSince, formatDay, formatExact } from '../../ui/time.ts';
import type { Rights } from '../rights.ts';
import type { Variable } from '../variable-scope.ts';
import { EnvironmentChips } from './environment-chips.tsx';
import { Mask, PlainValue } from './plain-value.tsx';
import { RowMenu, type RowMenuActions } from './row-menu.tsx';

export interface RowActions extends RowMenuActions {
  select: (id: number, isSelected: boolean) => void;
  reveal: (variable: Variable) => void;
  hide: () => void;
  copy: (variable: Variable) => void;
}

/** How much of a variable has room in a row. */
export type TableLayout = 'phone' | 'narrow' | 'wide';

interface VariableRowProps {
  variable: Variable;
  /** Null where there are none: the shared ones. */
  environments: readonly Environment[] | null;
  rights: Rights;
  layout: TableLayout;
  isSelected: boolean;
  isOpen: boolean;
  /** Among all rows, from 1; the head is the first. */
  rowIndex: number;
  actions: RowActions;
}

const day = (ms: number) => (daysSince(ms) === 0 ? 'today' : formatDay(ms));
/** "ines" of an address; whole in the title. */
const who = (label: string) => label.split('@')[0] || label;

export const VariableRow = memo(function VariableRow(props: VariableRowProps) {
  const { variable, environments, rights, layout, isSelected, isOpen, rowIndex, actions } = props;
  const { key, state } = variable;
  const tone =
    state === 'unreadable'
      ? 'is-bad'
      : state === 'locked'
        ? 'is-locked'
        : isSelected
          ? 'is-selected'
          : isOpen
            ? 'is-open'
            : 'is-quiet';
  return (
    <tr className={`variable ${tone}`} aria-rowindex={rowIndex}>
      {rights.maySelect && (
        <td className="pick-cell">
          <input
            type="checkbox"
            className="check"
            checked={isSelected}
            onChange={(event) => actions.select(variable.id, event.currentTarget.checked)}
            aria-label={`Select ${key}`}
          />
        </td>
      )}
      <td>
        <Name variable={variable} mayEdit={rights.mayWrite} onEdit={() => actions.edit(variable)} />
        {layout === 'phone' && (
          <div className="second-line">
            <Value variable={variable} isOpen={isOpen} />
            {environments && <EnvironmentChips variable={variable} all={environments} />}
          </div>
        )}
      </td>
      {layout !== 'phone' && (
        <td>
          <span className="row">
            <Value variable={variable} isOpen={isOpen} />
            {state === 'unreadable' && rights.mayWrite && (
              <Button isSmall className="ml-auto" onClick={() => actions.edit(variable)}>
                Enter again
              </Button>
            )}
          </span>
        </td>
      )}
      {layout !== 'phone' && environments && (
        <td>
          <EnvironmentChips variable={variable} all={environments} />
        </td>
      )}
      {layout === 'wide' && <Facts variable={variable} />}
      <td>
        <Tools variable={variable} rights={rights} isOpen={isOpen} actions={actions} />
      </td>
    </tr>
  );
});

/** Its kind, when and by whom it was changed, when it was used. */
function Facts({ variable }: { variable: Variable }) {
  const { is_secret, changed_at, changed_by, last_used_at } = variable;
  return (
    <>
      <td>
        <Kind isSecret={is_secret} />
      </td>
      <td title={`${formatExact(changed_at)}, ${changed_by}`}>
        {day(changed_at)}, <bdi>{who(changed_by)}</bdi>
      </td>
      <td title={last_used_at === null ? undefined : formatExact(last_used_at)}>
        {is_secret ? last_used_at === null ? 'never' : day(last_used_at) : <NotCounted />}
      </td>
    </>
  );
}

function Name({ variable, mayEdit, onEdit }: { variable: Variable; mayEdit: boolean; onEdit: () => void }) {
  if (!mayEdit)
    return (
      <span className="name cut block" title={variable.key}>
        {variable.key}
      </span>
    );
  return (
    <button
      type="button"
      className="name cut block max-w-full hover:underline"
      title={variable.key}
      onClick={onEdit}
    >
      {variable.key}
    </button>
  );
}

function Value({ variable, isOpen }: { variable: Variable; isOpen: boolean }) {
  if (variable.state === 'unreadable')
    return (
      <span className="flex items-center gap-1.5 text-danger-text">
        <Verdict name="broken" className="text-danger-solid" />
        Does not open
      </span>
    );
  if (variable.state === 'locked')
    return (
      <span className="padlock">
        <Lock className="icon" aria-hidden="true" />
        Locked
      </span>
    );
  if (isOpen) return <span className="cut text-text-3">shown below</span>;
  return variable.value === null ? <Mask /> : <PlainValue value={variable.value} />;
}

export function Kind({ isSecret }: { isSecret: boolean }) {
  return isSecret ? (
    <span className="kind">
      <Lock className="icon icon-14" aria-hidden="true" />
      Secret
    </span>
  ) : (
    <span className="kind is-plain">Plain</span>
  );
}

function NotCounted() {
  return (
    <span className="text-text-3" title="Counted for secrets only">
      <span aria-hidden="true">–</span>
      <span className="sr">Counted for secrets only</span>
    </span>
  );
}

interface ToolsProps {
  variable: Variable;
  rights: Rights;
  isOpen: boolean;
  actions: RowActions;
}

function Tools({ variable, rights, isOpen, actions }: ToolsProps) {
  const { key, is_secret, state } = variable;
  const mayOpen = state === 'ok' && (!is_secret || rights.mayReveal);
  return (
    <div className="tools">
      {is_secret && mayOpen && (
        <IconButton
          icon={isOpen ? EyeOff : Eye}
          label={isOpen ? `Hide ${key}` : `Reveal ${key}`}
          isSmall
          aria-expanded={isOpen}
          onClick={() => (isOpen ? actions.hide() : actions.reveal(variable))}
        />
      )}
      {mayOpen && (
        <IconButton icon={Copy} label={`Copy ${key}`} isSmall onClick={() => actions.copy(variable)} />
      )}
      <RowMenu variable={variable} rights={rights} actions={actions} />
    </div>
  );
}
