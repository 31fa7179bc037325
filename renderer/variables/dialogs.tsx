import { useCallback, useRef, useState } from 'react';
import type { Environment } from '../projects/project-queries.ts';
import type { EnvSource } from './files/env-source.ts';
import { ExportDialog } from './files/export-dialog.tsx';
import { ImportDialog } from './files/import-dialog.tsx';
import { PasteDialog } from './files/paste-dialog.tsx';
import { DeleteDialog, EncryptDialog, MoveDialog } from './form/selection-dialogs.tsx';
import { VariableDialog } from './form/variable-dialog.tsx';
import { EnvironmentHistoryDialog, HistoryDialog } from './history/history-dialogs.tsx';
import type { Rights } from './rights.ts';
import { ReadsDialog } from './table/reads-dialog.tsx';
import { UsesDialog } from './table/uses-dialog.tsx';
import type { Variable, VariableScope } from './variable-scope.ts';

/** The open dialog. SECURITY: the text of an import is dropped when its dialog closes. */
export type OpenedDialog =
  | { kind: 'add' }
  | { kind: 'edit' | 'history' | 'uses' | 'reads'; variable: Variable }
  | { kind: 'delete' | 'encrypt'; variables: readonly Variable[] }
  | FileDialog;
/** Dialogs that only a project has. */
type FileDialog =
  | { kind: 'move'; variables: readonly Variable[] }
  | { kind: 'paste' | 'export' | 'environment-history' }
  | { kind: 'import'; source: EnvSource; environmentId: number; onSaved?: () => void };
export type OpenDialog = (dialog: OpenedDialog) => void;

export function useDialogs() {
  const [opened, setOpened] = useState<OpenedDialog | null>(null);
  const source = useRef<EnvSource | null>(null);
  // SECURITY: React keeps the previous state, so the text is cleared at once.
  const wipe = useCallback(() => {
    source.current?.bytes.fill(0);
    source.current = null;
  }, []);
  const open = useCallback<OpenDialog>(
    (dialog) => {
      wipe();
      if (dialog.kind === 'import') source.current = dialog.source;
      setOpened(dialog);
    },
    [wipe],
  );
  const close = useCallback(() => {
    wipe();
    setOpened(null);
  }, [wipe]);
  return { opened, open, close };
}

interface DialogsProps {
  opened: OpenedDialog | null;
  open: OpenDialog;
  onClose: () => void;
  scope: VariableScope;
  /** "photos", "the shared variables". */
  from: string;
  rights: Rights;
  /** Null for shared variables, which have none. */
  place: {
    project: string;
    environments: readonly Environment[];
    /** The environment the page shows; null for all. */
    environmentId: number | null;
    /** The environment for actions that need one. */
    target: Environment;
    variables: readonly Variable[];
  } | null;
}

export function Dialogs(props: DialogsProps) {
  const { opened, onClose, scope, from, rights, place } = props;
  if (!opened) return null;
  switch (opened.kind) {
    case 'add':
    case 'edit':
      return (
        <VariableDialog
          scope={scope}
          environments={place?.environments ?? null}
          variable={opened.kind === 'edit' ? opened.variable : null}
          environmentIds={
            place?.environmentId != null
              ? [place.environmentId]
              : (place?.environments.map(({ id }) => id) ?? [])
          }
          mayReveal={rights.mayReveal}
          mayDelete={rights.mayDelete}
          onClose={onClose}
        />
      );
    case 'history':
      return (
        <HistoryDialog
          scope={scope}
          variable={opened.variable}
          mayWrite={rights.mayWrite}
          onClose={onClose}
        />
      );
    case 'uses':
      return <UsesDialog scope={scope} variable={opened.variable} onClose={onClose} />;
    case 'reads':
      return <ReadsDialog variable={opened.variable} onClose={onClose} />;
    case 'encrypt':
      return <EncryptDialog scope={scope} variables={opened.variables} onClose={onClose} />;
    case 'delete':
      return <DeleteDialog scope={scope} from={from} variables={opened.variables} onClose={onClose} />;
    default:
      return place && <FileDialogs {...props} opened={opened} place={place} />;
  }
}

function FileDialogs({
  opened,
  open,
  onClose,
  rights,
  place,
}: DialogsProps & { opened: FileDialog; place: NonNullable<DialogsProps['place']> }) {
  const { project, environments, target, variables } = place;
  const here = { project, environments, onClose };
  switch (opened.kind) {
    case 'move':
      return <MoveDialog {...here} variables={opened.variables} />;
    case 'paste':
      return (
        <PasteDialog
          onSource={(source) => open({ kind: 'import', source, environmentId: target.id })}
          onClose={onClose}
        />
      );
    case 'export':
      return <ExportDialog {...here} environmentId={target.id} variables={variables} />;
    case 'environment-history':
      return <EnvironmentHistoryDialog {...here} environmentId={target.id} />;
    case 'import':
      return (
        <ImportDialog
          {...here}
          source={opened.source}
          environmentId={opened.environmentId}
          mayDelete={rights.mayDelete}
          onSaved={opened.onSaved}
        />
      );
  }
}
