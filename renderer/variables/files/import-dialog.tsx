import { useEffect, useMemo, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { describeError, hasCode } from '../../api/problem.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { showChanged } from '../../projects/undo-toast.tsx';
import { Failed, Skeleton } from '../../ui/blank-state.tsx';
import { Button } from '../../ui/button.tsx';
import { clearClipboard } from '../../ui/clipboard/clipboard-watch.ts';
import { Checkbox, Choices, Select } from '../../ui/form/choices.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { formatCount } from '../../ui/time.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { joinNames } from '../table/environment-chips.tsx';
import {
  compareFile,
  describeUndone,
  type ImportOutcome,
  type ImportRequest,
  importFile,
  undoImport,
} from './env-file-requests.ts';
import { countLines, type EnvSource } from './env-source.ts';
import { ImportDiff } from './import-diff.tsx';

interface ImportDialogProps {
  project: string;
  environments: readonly Environment[];
  source: EnvSource;
  /** Initially selected environment. */
  environmentId: number;
  mayDelete: boolean;
  onClose: () => void;
  onSaved?: (() => void) | undefined;
}

type Mode = 'merge' | 'replace';

/** Shows what a `.env` text would change, line by line, before anything is saved. */
export function ImportDialog(props: ImportDialogProps) {
  const { project, environments, source, mayDelete, onClose, onSaved } = props;
  const [environmentId, setEnvironmentId] = useState(props.environmentId);
  const [mode, setMode] = useState<Mode>(source.from === 'raw' && mayDelete ? 'replace' : 'merge');
  const [overrides, setOverrides] = useState<Readonly<Record<string, boolean>>>({});
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [isLiteral, setIsLiteral] = useState(false);
  const [takesFirst, setTakesFirst] = useState(false);
  const [clears, setClears] = useState(source.from === 'clipboard');
  // Compared as with "Replace", so that both choices can show their effect.
  const asked = {
    ...{ project, environmentId, source, overrides, isLiteral },
    mode: mayDelete ? 'replace' : 'merge',
    repeated: takesFirst ? 'first' : 'last',
  } as const;
  const comparison = useComparison(asked);
  const { outcome } = comparison;
  const plan = useMemo(() => outcome && makePlan(outcome, mode, left), [outcome, mode, left]);
  const place = environments.find(({ id }) => id === environmentId)?.name ?? '';

  const save = useApiMutation(({ names }: Plan) => importFile({ ...asked, mode }, names), {
    changes: ['projects'],
    onDone: async (saved) => {
      const cleared = clears ? await clearAfterwards() : '';
      const { import_id: importId } = saved;
      showChanged(
        `${place}: ${describeSaved(saved)}`,
        importId === null || !mayDelete
          ? null
          : {
              undo: () => undoImport(project, environmentId, importId),
              describe: (answer) => describeUndone(answer, 'The import is undone'),
              failed: 'The import was not undone',
              changes: ['projects'],
            },
        cleared,
      );
      onClose();
      onSaved?.();
    },
    onFailed: comparison.retry,
  });

  const isReady = plan !== undefined && plan !== null && plan.names.length > 0 && !comparison.isBusy;
  useShortcut('submit', isReady && !save.isPending ? () => save.mutate(plan) : null);
  return (
    <Dialog
      onClose={onClose}
      width={860}
      title={titles[source.from](source)}
      text={`${formatCount(countLines(source), 'line')}${origins[source.from]}. Nothing is saved yet.`}
      aside={
        <span className="into">
          <span className="text-text-3">Into</span>
          <Select
            label="Into environment"
            value={String(environmentId)}
            onChange={(id) => setEnvironmentId(Number(id))}
            disabled={source.from === 'raw'}
            options={environments.map(({ id, name }) => ({ value: String(id), label: name }))}
          />
        </span>
      }
      foot={
        <>
          {source.from === 'clipboard' || source.from === 'typed' ? (
            <Checkbox checked={clears} onChange={setClears}>
              Clear the clipboard after saving
            </Checkbox>
          ) : null}
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind={plan && plan.removes > 0 ? 'danger' : 'main'}
            isBusy={save.isPending}
            disabled={!isReady}
            onClick={() => isReady && save.mutate(plan)}
          >
            {plan?.label ?? 'Save'}
          </Button>
        </>
      }
    >
      {comparison.error !== null ? (
        <NotCompared error={comparison.error} onRetry={comparison.retry} />
      ) : !outcome ? (
        <Skeleton rows={6} columns={4} />
      ) : (
        <div className={comparison.isBusy ? 'opacity-70' : ''} aria-busy={comparison.isBusy}>
          <ImportDiff
            outcome={outcome}
            left={left}
            onLeave={setLeft}
            showsRemoved={mode === 'replace'}
            onKind={(key, isSecret) => setOverrides((known) => ({ ...known, [key]: isSecret }))}
          />
          <Rest
            outcome={outcome}
            mode={mode}
            onChange={setMode}
            mayDelete={mayDelete}
            environment={place}
            isRaw={source.from === 'raw'}
          />
          {outcome.repeated.length > 0 ? (
            <div className="mt-3">
              <Checkbox checked={takesFirst} onChange={setTakesFirst}>
                {`Take the first ${joinNames(
                  outcome.repeated.map(({ name }) => name),
                  4,
                )}, not the last`}
              </Checkbox>
            </div>
          ) : null}
          {outcome.references > 0 || isLiteral ? (
            <div className="mt-3">
              <Checkbox checked={isLiteral} onChange={setIsLiteral}>
                {`Keep \${NAME} as text instead of making it a reference`}
              </Checkbox>
            </div>
          ) : null}
        </div>
      )}
      <div className="mt-4 empty:hidden">
        <ProblemBanner error={save.error} />
      </div>
    </Dialog>
  );
}

const titles: Record<EnvSource['from'], (source: EnvSource) => string> = {
  clipboard: () => 'Paste from .env',
  typed: () => 'Paste from .env',
  file: ({ name }) => `Import ${name ?? 'a file'}`,
  raw: () => 'Save the changes',
};

const origins: Record<EnvSource['from'], string> = {
  clipboard: ' from the clipboard',
  typed: '',
  file: ' in the file',
  raw: '',
};

interface Plan {
  names: string[];
  removes: number;
  label: string;
}

function makePlan(outcome: ImportOutcome, mode: Mode, left: ReadonlySet<string>): Plan {
  const keep = (items: ImportOutcome['added']) => items.filter(({ key }) => !left.has(key));
  const chosen = {
    added: keep(outcome.added),
    changed: keep(outcome.changed),
    removed: mode === 'replace' ? keep(outcome.removed) : [],
  };
  const said = describePlan(chosen);
  return {
    names: [...chosen.added, ...chosen.changed, ...chosen.removed].map(({ key }) => key),
    removes: chosen.removed.length,
    label: said === '' ? 'Nothing to save' : said.charAt(0).toUpperCase() + said.slice(1),
  };
}

/** "add 4, change 2". */
function describePlan({ added, changed, removed }: Pick<ImportOutcome, 'added' | 'changed' | 'removed'>) {
  return [
    added.length > 0 && `add ${added.length.toLocaleString()}`,
    changed.length > 0 && `change ${changed.length.toLocaleString()}`,
    removed.length > 0 && `remove ${removed.length.toLocaleString()}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** "4 added, 2 changed". */
function describeSaved({ added, changed, removed }: Pick<ImportOutcome, 'added' | 'changed' | 'removed'>) {
  const said = [
    added.length > 0 && `${added.length.toLocaleString()} added`,
    changed.length > 0 && `${changed.length.toLocaleString()} changed`,
    removed.length > 0 && `${removed.length.toLocaleString()} removed`,
  ];
  return said.filter(Boolean).join(', ') || 'nothing to change';
}

async function clearAfterwards(): Promise<string> {
  try {
    await clearClipboard();
    return 'The clipboard is cleared.';
  } catch {
    return 'The browser did not let the clipboard be cleared: copy something else.';
  }
}

/** The whole text was refused (not UTF-8, too large), or the comparison failed. */
function NotCompared({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const refusals = [
    'env_file_invalid',
    'too_many_variables',
    'body_too_large',
    'secret_too_large',
    'invalid_request',
  ] as const;
  if (hasCode(error, ...refusals))
    return (
      <div className="blank-state" role="alert">
        <b>This text cannot be imported</b>
        <p>{hasCode(error, 'body_too_large') ? 'The file is over 1 MiB.' : describeError(error)}</p>
      </div>
    );
  if (hasCode(error, 'vault_locked')) return <ProblemBanner error={error} />;
  return <Failed title="The text could not be compared" error={error} onRetry={onRetry} />;
}

interface RestProps {
  outcome: ImportOutcome;
  mode: Mode;
  onChange: (mode: Mode) => void;
  mayDelete: boolean;
  environment: string;
  isRaw: boolean;
}

/** What happens to variables the text does not name: always an explicit choice. */
function Rest({ outcome, mode, onChange, mayDelete, environment, isRaw }: RestProps) {
  const names = outcome.removed.map(({ key }) => key);
  if (!mayDelete || (names.length === 0 && !isRaw)) return null;
  const none = 'The text names every existing variable.';
  return (
    <Choices
      label="Variables not in the text"
      className="modes"
      value={mode}
      onChange={onChange}
      options={[
        {
          value: 'merge',
          title: 'Merge',
          text:
            names.length === 0
              ? none
              : names.length === 1
                ? 'Keep the variable that this text does not name.'
                : `Keep the ${names.length.toLocaleString()} variables that this text does not name.`,
        },
        {
          value: 'replace',
          title: 'Replace',
          text: names.length === 0 ? none : `Remove ${joinNames(names, 4)} from ${environment}.`,
        },
      ]}
    />
  );
}

interface Comparison {
  outcome: ImportOutcome | null;
  error: unknown;
  /** The shown comparison is of an earlier choice; the next is loading. */
  isBusy: boolean;
  retry: () => void;
}

/**
 * Compares a text with an environment, again for each choice.
 *
 * SECURITY: not a query: the text and the comparison stay in this component and in no cache.
 */
function useComparison(request: ImportRequest): Comparison {
  const { project, environmentId, source, mode, overrides, isLiteral, repeated } = request;
  const [state, setState] = useState<Omit<Comparison, 'retry'>>({
    outcome: null,
    error: null,
    isBusy: true,
  });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` repeats the same request
  useEffect(() => {
    const left = new AbortController();
    setState((known) => ({ ...known, isBusy: true }));
    const asked = { project, environmentId, source, mode, overrides, isLiteral, repeated };
    compareFile(asked, left.signal).then(
      (outcome) => setState({ outcome, error: null, isBusy: false }),
      (error: unknown) => {
        if (!left.signal.aborted) setState({ outcome: null, error, isBusy: false });
      },
    );
    return () => left.abort();
  }, [project, environmentId, source, mode, overrides, isLiteral, repeated, turn]);
  return { ...state, retry: () => setTurn((known) => known + 1) };
}
