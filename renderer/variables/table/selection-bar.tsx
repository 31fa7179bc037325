import { FolderInput, Trash2, X } from 'lucide-react';
import { Button, IconButton } from '../../ui/button.tsx';
import { formatCount } from '../../ui/time.ts';
import type { OpenDialog } from '../dialogs.tsx';
import type { Rights } from '../rights.ts';
import type { Variable } from '../variable-scope.ts';

interface SelectionBarProps {
  chosen: readonly Variable[];
  rights: Rights;
  hasEnvironments: boolean;
  open: OpenDialog;
  onClear: () => void;
}

/** What can be done with the rows that are chosen. */
export function SelectionBar({ chosen, rights, hasEnvironments, open, onClear }: SelectionBarProps) {
  return (
    <div className="toolbar" role="toolbar" aria-label="Chosen variables">
      <IconButton icon={X} label="Choose none" onClick={onClear} />
      <span className="grow font-medium" role="status">
        {formatCount(chosen.length, 'variable')} chosen
      </span>
      {rights.mayWrite && hasEnvironments && (
        <Button icon={FolderInput} onClick={() => open({ kind: 'move', variables: chosen })}>
          <span className="max-phone:hidden">Move to environments…</span>
          <span className="phone:hidden">Move…</span>
        </Button>
      )}
      {rights.mayDelete && (
        <Button icon={Trash2} onClick={() => open({ kind: 'delete', variables: chosen })}>
          Delete {chosen.length.toLocaleString()}…
        </Button>
      )}
    </div>
  );
}
