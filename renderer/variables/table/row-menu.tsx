import { Ellipsis, History, Link2, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/overlays/menu.tsx';
import type { Rights } from '../rights.ts';
import type { Variable } from '../variable-scope.ts';

export interface RowMenuActions {
  edit: (variable: Variable) => void;
  history: (variable: Variable) => void;
  uses: (variable: Variable) => void;
  remove: (variable: Variable) => void;
}

interface RowMenuProps {
  variable: Variable;
  rights: Rights;
  actions: RowMenuActions;
}

/** What else can be done with a row. The menu is made when it is asked for: rows come by the hundred. */
export function RowMenu({ variable, rights, actions }: RowMenuProps) {
  const [isMade, setMade] = useState(false);
  const trigger = { icon: Ellipsis, label: `More for ${variable.key}`, isSmall: true };
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
        ],
        rights.mayDelete
          ? [{ label: 'Delete…', icon: Trash2, onSelect: () => actions.remove(variable) }]
          : [],
      ]}
    />
  );
}
