import {
  Copy,
  Ellipsis,
  Eye,
  EyeOff,
  History,
  Link2,
  Lock,
  Pencil,
  ScanEye,
  StickyNote,
  Trash2,
} from 'lucide-react';
import { useState } from 'react';
import { Actor } from '../../ui/actor.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Verdict } from '../../ui/instruments/verdict.tsx';
import { Menu } from '../../ui/overlays/menu.tsx';
import { Locked } from '../../ui/table.tsx';
import { daysSince, formatDay } from '../../ui/time.ts';
import type { Rights } from '../rights.ts';
import type { Variable } from '../variable-scope.ts';
import { Mask, PlainValue } from './plain-value.tsx';

export interface RowActions {
  reveal: (variable: Variable) => void;
  hide: () => void;
  copy: (variable: Variable) => void;
  edit: (variable: Variable) => void;
  history: (variable: Variable) => void;
  uses: (variable: Variable) => void;
  reads: (variable: Variable) => void;
  remove: (variable: Variable) => void;
}

/** When and by whom it was changed. */
export function Changed({ variable: { changed_at, changed_by_actor } }: { variable: Variable }) {
  return (
    <span className="two-lines">
      <small>{day(changed_at)}</small>
      <small>
        <Actor actor={changed_by_actor} />
      </small>
    </span>
  );
}

export function LastUsed({ variable: { is_secret, last_used_at } }: { variable: Variable }) {
  if (!is_secret) return <NotCounted />;
  return last_used_at === null ? 'never' : day(last_used_at);
}

const day = (ms: number) => (daysSince(ms) === 0 ? 'today' : formatDay(ms));

interface NameProps {
  variable: Variable;
  rowName: string;
  /** Null without permission. */
  onEdit: ((variable: Variable) => void) | null;
}

export function Name(props: NameProps) {
  const { variable } = props;
  if (variable.note === null) return <NameText {...props} />;
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <NameText {...props} />
      <span className="flex shrink-0" title={variable.note}>
        <StickyNote className="icon icon-14 text-icon" aria-hidden="true" />
        <span className="sr">Note: {variable.note}</span>
      </span>
    </span>
  );
}

function NameText({ variable, rowName, onEdit }: NameProps) {
  if (onEdit === null)
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
      onClick={() => onEdit(variable)}
    >
      {variable.key}
      {rowName !== variable.key && <span className="sr">{rowName.slice(variable.key.length)}</span>}
    </button>
  );
}

export function Value({ variable, isOpen }: { variable: Variable; isOpen: boolean }) {
  if (variable.state === 'unreadable')
    return (
      <span className="flex items-center gap-1.5 text-danger-text">
        <Verdict name="broken" className="text-danger-solid" />
        Cannot decrypt
      </span>
    );
  if (variable.state === 'locked') return <Locked />;
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
    <span className="text-text-3" title="Recorded for secrets only">
      <span aria-hidden="true">–</span>
      <span className="sr">Recorded for secrets only</span>
    </span>
  );
}

interface ToolsProps {
  variable: Variable;
  rowName: string;
  rights: Rights;
  isOpen: boolean;
  actions: RowActions;
}

export function Tools({ variable, rowName, rights, isOpen, actions }: ToolsProps) {
  const { is_secret, state } = variable;
  const mayOpen = state === 'ok' && (!is_secret || rights.mayReveal);
  return (
    <span className="-mr-1 flex">
      {is_secret && mayOpen && (
        <IconButton
          icon={isOpen ? EyeOff : Eye}
          label={isOpen ? `Hide ${rowName}` : `Reveal ${rowName}`}
          isSmall
          aria-expanded={isOpen}
          onClick={() => (isOpen ? actions.hide() : actions.reveal(variable))}
        />
      )}
      {mayOpen && (
        <IconButton icon={Copy} label={`Copy ${rowName}`} isSmall onClick={() => actions.copy(variable)} />
      )}
      <RowMenu variable={variable} rowName={rowName} rights={rights} actions={actions} />
    </span>
  );
}

interface RowMenuActions {
  edit: (variable: Variable) => void;
  history: (variable: Variable) => void;
  uses: (variable: Variable) => void;
  reads: (variable: Variable) => void;
  remove: (variable: Variable) => void;
}

interface RowMenuProps {
  variable: Variable;
  rowName: string;
  rights: Rights;
  actions: RowMenuActions;
}

/** More actions for a row. The menu is created when opened, because there are hundreds of rows. */
function RowMenu({ variable, rowName, rights, actions }: RowMenuProps) {
  const [isMade, setMade] = useState(false);
  const trigger = { icon: Ellipsis, label: `More for ${rowName}`, isSmall: true };
  if (!isMade)
    return (
      <IconButton {...trigger} aria-haspopup="menu" aria-expanded={false} onClick={() => setMade(true)} />
    );
  return (
    <Menu
      isOpenAtFirst
      trigger={<IconButton {...trigger} />}
      groups={[
        rights.mayWrite ? [{ label: 'Edit', icon: Pencil, onSelect: () => actions.edit(variable) }] : [],
        [
          { label: 'History', icon: History, onSelect: () => actions.history(variable) },
          { label: 'Used by', icon: Link2, onSelect: () => actions.uses(variable) },
          ...(rights.maySeeReads && variable.is_secret
            ? [{ label: 'Read by', icon: ScanEye, onSelect: () => actions.reads(variable) }]
            : []),
        ],
        rights.mayDelete
          ? [{ label: 'Delete…', icon: Trash2, onSelect: () => actions.remove(variable) }]
          : [],
      ]}
    />
  );
}
