import {
  ArrowRight,
  ChevronRight,
  CircleX,
  type LucideIcon,
  Minus,
  Plus,
  RefreshCw,
  TriangleAlert,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/form/choices.tsx';
import { formatCount } from '../../ui/time.ts';
import { Mask } from '../table/plain-value.tsx';
import type { ImportItem, ImportOutcome } from './env-file-requests.ts';

/** Rows of one section shown at first; more on request. */
const FIRST_ROWS = 200;

interface ImportDiffProps {
  outcome: ImportOutcome;
  /** Names not to import. */
  left: ReadonlySet<string>;
  onLeave: (left: ReadonlySet<string>) => void;
  showsRemoved: boolean;
  onKind: (key: string, isSecret: boolean) => void;
}

/** New, changed, removed, refused and unchanged variables; each can be imported or left out. */
export function ImportDiff({ outcome, left, onLeave, showsRemoved, onKind }: ImportDiffProps) {
  const take = (keys: readonly string[], isTaken: boolean) => {
    const next = new Set(left);
    for (const key of keys) {
      if (isTaken) next.delete(key);
      else next.add(key);
    }
    onLeave(next);
  };
  const row = (item: ImportItem, kind: 'added' | 'changed' | 'removed') => (
    <DiffRow
      key={item.key}
      item={item}
      kind={kind}
      isTaken={!left.has(item.key)}
      onTake={(isTaken) => take([item.key], isTaken)}
      onKind={(isSecret) => onKind(item.key, isSecret)}
    />
  );
  const parts = { left, take };
  return (
    <>
      <Part {...parts} icon={Plus} title="New" items={outcome.added} row={(item) => row(item, 'added')} />
      <Part
        {...parts}
        icon={RefreshCw}
        title="Changed"
        items={outcome.changed}
        row={(item) => row(item, 'changed')}
      />
      {showsRemoved && (
        <Part
          {...parts}
          icon={Minus}
          title="Removed"
          items={outcome.removed}
          row={(item) => row(item, 'removed')}
        />
      )}
      <Refused refused={outcome.refused} />
      <Warnings warnings={outcome.warnings} />
      <Same unchanged={outcome.unchanged} linesWithoutVariable={outcome.lines_without_variable} />
      {outcome.said.map((sentence) => (
        <p key={sentence} className="mt-2 text-12 text-text-3">
          {sentence}
        </p>
      ))}
    </>
  );
}

interface PartProps {
  icon: LucideIcon;
  title: string;
  items: readonly ImportItem[];
  left: ReadonlySet<string>;
  take: (keys: readonly string[], isTaken: boolean) => void;
  row: (item: ImportItem) => ReactNode;
}

function Part({ icon: Icon, title, items, left, take, row }: PartProps) {
  const [isWhole, setWhole] = useState(false);
  if (items.length === 0) return null;
  const taken = items.filter(({ key }) => !left.has(key)).length;
  const shown = isWhole ? items : items.slice(0, FIRST_ROWS);
  return (
    <section className="diff" aria-label={title}>
      <h3 className="diff-head">
        <Icon className="icon" aria-hidden="true" />
        <b>{title}</b>
        <span className="n">{items.length.toLocaleString()}</span>
        {items.length > 1 && (
          <span className="ml-auto font-normal">
            <Checkbox
              checked={taken === items.length ? true : taken > 0 ? 'indeterminate' : false}
              onChange={() =>
                take(
                  items.map(({ key }) => key),
                  taken < items.length,
                )
              }
            >
              <span className="text-12 text-text-3">all</span>
            </Checkbox>
          </span>
        )}
      </h3>
      <ul>{shown.map(row)}</ul>
      {shown.length < items.length && (
        <Button isSmall kind="plain" onClick={() => setWhole(true)}>
          Show {(items.length - shown.length).toLocaleString()} more
        </Button>
      )}
    </section>
  );
}

interface DiffRowProps {
  item: ImportItem;
  kind: 'added' | 'changed' | 'removed';
  isTaken: boolean;
  onTake: (isTaken: boolean) => void;
  onKind: (isSecret: boolean) => void;
}

function DiffRow({ item, kind, isTaken, onTake, onKind }: DiffRowProps) {
  return (
    <li className={isTaken ? '' : 'is-left'}>
      <Checkbox
        checked={isTaken}
        onChange={onTake}
        label={`${kind === 'removed' ? 'Remove' : 'Import'} ${item.key}`}
      />
      <span className="ln">
        {item.line !== null && (
          <>
            <span className="sr">Line </span>
            {item.line}
          </>
        )}
      </span>
      <span className="name cut" title={item.key}>
        {item.key}
      </span>
      <span className="val">
        {kind !== 'added' && <Old item={item} />}
        {kind === 'changed' && <ArrowRight className="icon icon-14" aria-label="becomes" />}
        {kind !== 'removed' && (item.value === null ? <Mask /> : <Short value={item.value} />)}
      </span>
      <span className="k">{kind !== 'removed' && <KindPick item={item} kind={kind} onKind={onKind} />}</span>
    </li>
  );
}

function Old({ item }: { item: ImportItem }) {
  return item.old_value === null ? (
    <Mask />
  ) : (
    <del className="cut" dir="auto" title={item.old_value.slice(0, SHOWN_CHARACTERS)}>
      {item.old_value.slice(0, SHOWN_CHARACTERS) || 'empty'}
    </del>
  );
}

const SHOWN_CHARACTERS = 200;

function Short({ value }: { value: string }) {
  const shown = value.slice(0, SHOWN_CHARACTERS);
  if (shown === '') return <span className="text-text-3">empty</span>;
  return (
    <span className="cut" dir="auto" title={shown}>
      {shown}
    </span>
  );
}

/** An existing secret stays a secret: there is nothing to choose. */
function KindPick({
  item,
  kind,
  onKind,
}: {
  item: ImportItem;
  kind: 'added' | 'changed';
  onKind: (isSecret: boolean) => void;
}) {
  const isFixed = kind === 'changed' && item.is_secret && item.because === null;
  return (
    <>
      <select
        className="kind-pick"
        aria-label={`Kind of ${item.key}`}
        value={item.is_secret ? 'secret' : 'plain'}
        disabled={isFixed}
        onChange={(event) => onKind(event.currentTarget.value === 'secret')}
      >
        <option value="secret">Secret</option>
        <option value="plain">Plain</option>
      </select>
      <span className="why" title={item.because ?? undefined}>
        {item.because ?? 'unchanged'}
      </span>
    </>
  );
}

function Refused({ refused }: { refused: ImportOutcome['refused'] }) {
  if (refused.length === 0) return null;
  return (
    <section className="diff diff-bad" aria-label="Refused">
      <h3 className="diff-head">
        <CircleX className="icon" aria-hidden="true" />
        <b>Refused</b>
        <span className="n">{refused.length.toLocaleString()}</span>
      </h3>
      <ul>
        {refused.slice(0, FIRST_ROWS).map(({ line, name, reason }) => (
          <li key={line}>
            <span />
            <span className="ln">
              <span className="sr">Line </span>
              {line}
            </span>
            <span className="name cut" title={name ?? undefined}>
              {name ?? ''}
            </span>
            <span className="reason">{reason}</span>
          </li>
        ))}
      </ul>
      {refused.length > FIRST_ROWS && (
        <p className="text-12 text-text-3">
          And {(refused.length - FIRST_ROWS).toLocaleString()} more lines that are not variables.
        </p>
      )}
    </section>
  );
}

function Warnings({ warnings }: { warnings: ImportOutcome['warnings'] }) {
  if (warnings.length === 0) return null;
  return (
    <section className="diff diff-warn" aria-label="Unresolved references">
      <h3 className="diff-head">
        <TriangleAlert className="icon" aria-hidden="true" />
        <b>Unresolved references</b>
        <span className="n">{warnings.length.toLocaleString()}</span>
      </h3>
      <ul>
        {warnings.slice(0, FIRST_ROWS).map(({ key, code, name }) => (
          <li key={`${key} ${name}`}>
            <span />
            <span className="ln" />
            <span className="name cut" title={key}>
              {key}
            </span>
            <span className="reason">
              {code === 'reference_cycle'
                ? `Circular reference to ${name}.`
                : `Refers to ${name}, which does not exist.`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Same({
  unchanged,
  linesWithoutVariable,
}: {
  unchanged: readonly ImportItem[];
  linesWithoutVariable: number;
}) {
  const [isOpen, setOpen] = useState(false);
  const rest =
    linesWithoutVariable > 0 ? `, and ${formatCount(linesWithoutVariable, 'line')} without a variable` : '';
  return (
    <section className="diff" aria-label="Unchanged">
      <h3 className="diff-head is-last">
        <button
          type="button"
          className="flex items-center gap-2"
          aria-expanded={isOpen}
          disabled={unchanged.length === 0}
          onClick={() => setOpen(!isOpen)}
        >
          <ChevronRight className={`icon ${isOpen ? 'rotate-90' : ''}`} aria-hidden="true" />
          <b>Unchanged</b>
          <span className="n">
            {unchanged.length.toLocaleString()}
            {rest}
          </span>
        </button>
      </h3>
      {isOpen && (
        <p className="pl-6 font-mono text-12 text-text-2 [overflow-wrap:anywhere]">
          {unchanged.map(({ key }) => key).join(', ')}
        </p>
      )}
    </section>
  );
}
