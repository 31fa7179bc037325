import { useQuery } from '@tanstack/react-query';
import { Braces, CircleX, Copy, FolderInput, Lock, SearchX, Trash2, X } from 'lucide-react';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { ConfirmationDeclined, describeError } from '../../api/problem.ts';
import { queryClient } from '../../api/queries.ts';
import { useMay } from '../../app/session.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { Empty } from '../../ui/blank-state.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { copySecret } from '../../ui/clipboard/secret-clipboard.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { nameApart } from '../../ui/rows/names-apart.ts';
import { shorten } from '../../ui/text.ts';
import { formatCount } from '../../ui/time.ts';
import { UnlockLink } from '../../vault-state/unlock-link.tsx';
import { useVault } from '../../vault-state/vault.ts';
import type { OpenDialog } from '../dialogs.tsx';
import type { Rights } from '../rights.ts';
import type { Variable, VariableScope } from '../variable-scope.ts';
import { joinNames } from './environment-chips.tsx';
import { findVariables } from './find-variables.ts';
import { useRangeSelection } from './range-selection.ts';
import { useReveal } from './use-reveal.ts';
import type { RowActions } from './variable-cells.tsx';
import { VariableTable } from './variable-table.tsx';

interface VariableListProps {
  scope: VariableScope;
  /** Null for shared variables, which have none. */
  environments: readonly Environment[] | null;
  /** Shows only variables of this environment; null for all. */
  environmentId: number | null;
  search: string;
  onSearch: (search: string) => void;
  rights: Rights;
  open: OpenDialog;
  /** Search and filters above the table; replaced by another bar while rows are selected. */
  toolbar: ReactNode;
  /** Text and button of an empty list. */
  empty: { text: string; action: ReactNode };
}

export function VariableList(props: VariableListProps) {
  const { scope, environments, environmentId, search, onSearch, rights, open, toolbar, empty } = props;
  const list = useQuery({ queryKey: scope.queryKey, queryFn: scope.list });
  const all = list.data;
  const wanted = useDeferredValue(search);
  const found = useMemo(() => findVariables(all ?? [], environmentId, wanted), [all, environmentId, wanted]);
  const { selected, chosen, select, selectAll } = useRangeSelection(found, idOf);
  const { revealed, holder, reveal, hide } = useReveal(scope);
  // Of all, so that a row keeps its name while others are filtered away.
  const rowName = useMemo(() => nameApart(all ?? [], ({ key }) => key, sayEnvironments), [all]);
  useHideWhenGone(found, revealed, hide);
  useFollowLock(scope, hide);

  const actions = useMemo<RowActions>(
    () => ({
      reveal: (variable) => void reveal(variable),
      hide,
      copy: (variable) => void copyValue(scope, variable),
      edit: (variable) => open({ kind: 'edit', variable }),
      history: (variable) => open({ kind: 'history', variable }),
      uses: (variable) => open({ kind: 'uses', variable }),
      reads: (variable) => open({ kind: 'reads', variable }),
      remove: (variable) => open({ kind: 'delete', variables: [variable] }),
    }),
    [reveal, hide, scope, open],
  );

  return (
    <>
      <div className="list-bar">
        {chosen.length > 0 ? (
          <SelectionBar
            chosen={chosen}
            rights={rights}
            hasEnvironments={environments !== null}
            open={open}
            onClear={() => selectAll(false)}
          />
        ) : (
          toolbar
        )}
      </div>
      <LockedStrip variables={found} />
      <VariableTable
        query={list}
        variables={found}
        environments={environments}
        rights={rights}
        selected={selected}
        onSelect={select}
        onSelectAll={selectAll}
        revealed={revealed}
        holder={holder}
        actions={actions}
        rowName={rowName}
        empty={
          all?.length === 0 ? (
            <Empty icon={Braces} title="No variables yet" text={empty.text} action={empty.action} />
          ) : (
            <NoResults search={wanted} onClear={() => onSearch('')} />
          )
        }
      />
    </>
  );
}

function NoResults({ search, onClear }: { search: string; onClear: () => void }) {
  if (search === '')
    return (
      <Empty
        icon={Braces}
        title="No variables here"
        text="This environment has no variables. Other environments of this project do."
      />
    );
  return (
    <Empty
      icon={SearchX}
      title="Nothing found"
      text={`No name, note or plain value has “${shorten(search)}” in it. Secret values are not searched.`}
      action={<Button onClick={onClear}>Clear the search</Button>}
    />
  );
}

const idOf = ({ id }: Variable) => id;

const sayEnvironments = ({ environments }: Variable) =>
  environments.length === 0 ? ' in no environment' : ` in ${joinNames(environments.map(({ name }) => name))}`;

/** Hides a revealed value when its variable changed. */
function useHideWhenGone(
  found: readonly Variable[],
  revealed: ReturnType<typeof useReveal>['revealed'],
  hide: () => void,
): void {
  useEffect(() => {
    if (revealed === null) return;
    const known = found.find(({ id }) => id === revealed.id);
    if (known?.updated_at !== revealed.updatedAt || known.state === 'locked') hide();
  }, [found, revealed, hide]);
}

/** Whether values can be decrypted is part of the list, so locking or unlocking the vault refetches it. */
function useFollowLock(scope: VariableScope, hide: () => void): void {
  const state = useVault().data?.state;
  const known = useRef(state);
  useEffect(() => {
    if (state === known.current) return;
    const isFirst = known.current === undefined;
    known.current = state;
    if (isFirst) return;
    hide();
    void queryClient.invalidateQueries({ queryKey: scope.queryKey });
  }, [state, scope, hide]);
}

/** Copies without revealing. A plain value stays on the clipboard, a secret is cleared later. */
async function copyValue(scope: VariableScope, variable: Variable): Promise<void> {
  try {
    if (variable.is_secret) return await copySecret(scope.reveal(variable), variable.key);
    await navigator.clipboard.writeText(variable.value ?? '');
    showToast({ icon: Copy, title: `${variable.key} copied` });
  } catch (error) {
    if (error instanceof ConfirmationDeclined) return;
    showToast({
      icon: CircleX,
      title: `${variable.key} was not copied`,
      text: !navigator.clipboard
        ? 'Browsers allow this only over HTTPS or on this machine.'
        : error instanceof DOMException
          ? 'The browser does not allow clipboard access. Show the value, select it and copy it yourself.'
          : describeError(error),
    });
  }
}

/** Banner above rows whose values need the key. */
function LockedStrip({ variables }: { variables: readonly Variable[] }) {
  const maySeeKey = useMay('vault:read');
  if (!variables.some(({ state }) => state === 'locked')) return null;
  return (
    <div className="locked-strip" role="status">
      <Lock className="icon" aria-hidden="true" />
      <span className="grow">Secret values are not available.</span>
      {maySeeKey && <UnlockLink isSmall />}
    </div>
  );
}

interface SelectionBarProps {
  chosen: readonly Variable[];
  rights: Rights;
  hasEnvironments: boolean;
  open: OpenDialog;
  onClear: () => void;
}

/** Actions for the selected rows. */
function SelectionBar({ chosen, rights, hasEnvironments, open, onClear }: SelectionBarProps) {
  const plain = chosen.filter(({ is_secret }) => !is_secret);
  return (
    <div className="toolbar" role="toolbar" aria-label="Selected variables">
      <IconButton icon={X} label="Clear selection" onClick={onClear} />
      <span className="grow font-medium" role="status">
        {formatCount(chosen.length, 'variable')} selected
      </span>
      {rights.mayWrite && plain.length > 0 && (
        <Button icon={Lock} onClick={() => open({ kind: 'encrypt', variables: plain })}>
          <span className="max-phone:hidden">Make {plain.length.toLocaleString()} secret…</span>
          <span className="phone:hidden">Secret…</span>
        </Button>
      )}
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
