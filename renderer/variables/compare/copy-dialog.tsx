import { ArrowRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { ConfirmationDeclined } from '../../api/problem.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { showChanged } from '../../projects/undo-toast.tsx';
import { Skeleton } from '../../ui/blank-state.tsx';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Choices, Select } from '../../ui/form/choices.tsx';
import { Field } from '../../ui/form/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { formatCount } from '../../ui/time.ts';
import { describeUndone, undoImport } from '../files/env-file-requests.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { joinNames } from '../table/environment-chips.tsx';
import { type CopyOutcome, type CopyRequest, copyVariables } from './comparison.ts';

interface CopyDialogProps {
  project: string;
  environments: readonly Environment[];
  /** Initially chosen. */
  from: number;
  to: number;
  /** Names to copy; null for all. */
  only: readonly string[] | null;
  conflicts: CopyRequest['conflicts'];
  mayDelete: boolean;
  onClose: () => void;
  onCopied: () => void;
}

/** Copies variables from one environment to another, once it is shown what that changes. */
export function CopyDialog(props: CopyDialogProps) {
  const { project, environments, only, mayDelete, onClose, onCopied } = props;
  const [from, setFrom] = useState(props.from);
  const [to, setTo] = useState(props.to);
  const [conflicts, setConflicts] = useState(props.conflicts);
  const nameOf = (wanted: number) => environments.find(({ id }) => id === wanted)?.name ?? '';
  const { outcome, error, isBusy, retry } = usePreview({ project, from, to, only, conflicts });
  const changes = outcome ? outcome.added.length + outcome.changed.length : 0;
  const copy = useApiMutation(
    (names: readonly string[]) => copyVariables({ project, from, to, only: names, conflicts }, false),
    {
      changes: ['projects'],
      onDone: (done) => {
        const { import_id: importId } = done;
        showChanged(
          `${nameOf(to)}: ${describeDone(done)}`,
          importId === null || !mayDelete
            ? null
            : {
                undo: () => undoImport(project, to, importId),
                describe: (answer) => describeUndone(answer, 'The copy is undone'),
                failed: 'The copy was not undone',
                changes: ['projects'],
              },
          `Copied from ${nameOf(from)}.`,
        );
        onCopied();
        onClose();
      },
      onFailed: retry,
    },
  );
  const save =
    outcome && changes > 0 && !isBusy && !copy.isPending
      ? () => copy.mutate([...outcome.added, ...outcome.changed].map(({ key }) => key))
      : null;
  useShortcut('submit', save);
  const options = environments.map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <Dialog
      onClose={onClose}
      isPending={copy.isPending}
      width={640}
      title={only === null ? 'Copy all variables' : `Copy ${formatCount(only.length, 'variable')}`}
      text="You see what changes first. Nothing is copied yet."
      foot={
        <>
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" isBusy={copy.isPending} disabled={save === null} onClick={() => save?.()}>
            {outcome ? describePlan(outcome) : 'Copy'}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <div className="flex flex-wrap items-end gap-3">
          <Pick label="From" value={from} onChange={setFrom} options={options} />
          <ArrowRight className="icon mb-2 text-icon max-phone:hidden" aria-hidden="true" />
          <Pick label="To" value={to} onChange={setTo} options={options} />
        </div>
        <Choices
          label="Variables that are there already"
          className="modes"
          value={conflicts}
          onChange={setConflicts}
          options={[
            { value: 'skip', title: 'Skip existing', text: 'What is there already stays as it is.' },
            { value: 'replace', title: 'Replace existing', text: 'It gets the value, as a new version.' },
          ]}
        />
        {from === to ? (
          <p className="text-text-2">Choose two environments.</p>
        ) : error !== null ? (
          <div className="grid gap-3">
            <ProblemBanner error={error} />
            <Button className="justify-self-start" onClick={retry}>
              Try again
            </Button>
          </div>
        ) : outcome === null ? (
          <Skeleton rows={4} columns={2} />
        ) : (
          <div className={isBusy ? 'opacity-70' : ''} aria-busy={isBusy}>
            <Preview outcome={outcome} to={nameOf(to)} />
          </div>
        )}
        <ProblemBanner error={copy.error} />
      </div>
    </Dialog>
  );
}

interface PickProps {
  label: string;
  value: number;
  onChange: (id: number) => void;
  options: readonly { value: string; label: string }[];
}

function Pick({ label, value, onChange, options }: PickProps) {
  return (
    <span className="min-w-0 flex-1 basis-40">
      <Field label={label}>
        {({ id }) => (
          <Select
            id={id}
            value={String(value)}
            onChange={(next) => onChange(Number(next))}
            options={options}
          />
        )}
      </Field>
    </span>
  );
}

/** Names of one kind shown at most; the rest is counted. */
const MOST_SHOWN = 100;

function Preview({ outcome, to }: { outcome: CopyOutcome; to: string }) {
  const { added, changed, unchanged, skipped, warnings } = outcome;
  const becoming = changed.filter((item) => item.becomes_secret).map(({ key }) => key);
  return (
    <div className="grid gap-3" role="status">
      <Names title="New" items={added} tone="ok" />
      <Names title="Changed" items={changed} tone="info" />
      <Names title="Skipped" items={skipped} tone="neutral" />
      {unchanged.length > 0 && (
        <p className="text-12 text-text-3">{formatCount(unchanged.length, 'variable')} already the same.</p>
      )}
      {added.length + changed.length === 0 && <p className="text-text-2">Nothing to copy to {to}.</p>}
      {becoming.length > 0 && (
        <p className="text-12 text-text-2">
          {`${joinNames(becoming, 4)} ${becoming.length === 1 ? 'becomes a secret' : 'become secrets'} in ${to}. Plain values there are erased, and undoing does not bring them back.`}
        </p>
      )}
      {warnings.map(({ key, code, name }) => (
        <p key={`${key} ${name}`} className="text-12 text-text-2">
          {code === 'reference_missing'
            ? `${key} refers to ${name}, which does not exist in ${to}.`
            : `${key} has a circular reference through ${name}.`}
        </p>
      ))}
    </div>
  );
}

function Names({
  title,
  items,
  tone,
}: {
  title: string;
  items: CopyOutcome['added'];
  tone: 'ok' | 'info' | 'neutral';
}) {
  if (items.length === 0) return null;
  const more = items.length - MOST_SHOWN;
  return (
    <section className="grid gap-1.5" aria-label={title}>
      <span className="row">
        <Chip tone={tone}>{title}</Chip>
        <span className="text-12 text-text-3">{items.length.toLocaleString()}</span>
      </span>
      <div className="chips max-h-40 overflow-y-auto">
        {items.slice(0, MOST_SHOWN).map(({ key }) => (
          <span key={key} className="chip font-mono" title={key}>
            <span className="cut max-w-56">{key}</span>
          </span>
        ))}
        {more > 0 && <span className="chip">and {more.toLocaleString()} more</span>}
      </div>
    </section>
  );
}

function describePlan({ added, changed }: CopyOutcome): string {
  const said = [
    added.length > 0 && `add ${added.length.toLocaleString()}`,
    changed.length > 0 && `change ${changed.length.toLocaleString()}`,
  ]
    .filter(Boolean)
    .join(', ');
  return said === '' ? 'Nothing to copy' : said.charAt(0).toUpperCase() + said.slice(1);
}

function describeDone({ added, changed }: CopyOutcome): string {
  const said = [
    added.length > 0 && `${added.length.toLocaleString()} added`,
    changed.length > 0 && `${changed.length.toLocaleString()} changed`,
  ];
  return said.filter(Boolean).join(', ') || 'nothing to change';
}

interface PreviewState {
  outcome: CopyOutcome | null;
  error: unknown;
  /** What is shown is of an earlier choice; the next is loading. */
  isBusy: boolean;
}

/** What a copy would do, again for each choice. Not a query: it would be asked again by itself, and is recorded. */
function usePreview(request: CopyRequest): PreviewState & { retry: () => void } {
  const { project, from, to, only, conflicts } = request;
  const [state, setState] = useState<PreviewState>({ outcome: null, error: null, isBusy: true });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` repeats the same request
  useEffect(() => {
    if (from === to) return;
    const left = new AbortController();
    setState((known) => ({ ...known, isBusy: true }));
    copyVariables({ project, from, to, only, conflicts }, true, left.signal).then(
      (outcome) => {
        if (!left.signal.aborted) setState({ outcome, error: null, isBusy: false });
      },
      (error: unknown) => {
        if (!left.signal.aborted)
          setState({
            outcome: null,
            error:
              error instanceof ConfirmationDeclined ? new Error('Not confirmed, so not compared.') : error,
            isBusy: false,
          });
      },
    );
    return () => left.abort();
  }, [project, from, to, only, conflicts, turn]);
  return { ...state, retry: () => setTurn((known) => known + 1) };
}
