import { Check, WrapText } from 'lucide-react';
import { useRef, useState } from 'react';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { OwnerLink } from '../secrets/owner-link.tsx';
import { useSecretIcon } from '../secrets/secret-icon.ts';
import { wordsOfKind } from '../secrets/secret-words.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { type Attempt, Form } from '../ui/form/form.tsx';
import { isShortcut, useListedShortcut } from '../ui/shortcuts.ts';
import { formatClock, formatExact, formatShortDay } from '../ui/time.ts';
import type { LostValue } from './recovery-query.ts';
import { isLong, sayNewValue } from './recovery-query.ts';

/** How and when a value was replaced during this visit. */
export interface Replaced {
  said: string;
  atMs: number;
}

interface LostValueRowProps {
  value: LostValue;
  /** What its buttons call it. */
  rowName: string;
  replaced: Replaced | undefined;
  mayFix: boolean;
  onReplaced: (value: LostValue, said: string) => void;
  /** A new value that is shown once. */
  onShow: (name: string, value: string) => void;
}

export const nameLost = ({ owner }: LostValue) => owner?.name ?? 'Not used';

export function LostValueRow({ value, rowName, replaced, mayFix, onReplaced, onShow }: LostValueRowProps) {
  const { owner, kind, since, last_used_at } = value;
  const { label } = wordsOfKind(kind);
  const Icon = useSecretIcon(kind);
  const name = nameLost(value);
  return (
    <li className="lost-value">
      <Icon className="icon text-icon" aria-hidden="true" />
      <span className={`truncate ${kind === 'env_var' ? 'name' : 'font-medium'}`} dir="auto" title={name}>
        {name}
      </span>
      <span className="lost-owner truncate" title={owner?.belongs_to}>
        <OwnerLink owner={owner} without={owner?.belongs_to ?? label}>
          {owner?.belongs_to}
        </OwnerLink>
      </span>
      <span className="lost-since truncate" title={formatExact(last_used_at ?? since)}>
        {label},{' '}
        {last_used_at === null
          ? `encrypted ${formatShortDay(since)}`
          : `last read ${formatShortDay(last_used_at)}`}
      </span>
      <div className="lost-do">
        {replaced ? (
          <span className="row text-text-2">
            <Check className="icon text-ok-solid" aria-hidden="true" />
            {replaced.said}, {formatClock(replaced.atMs)}
          </span>
        ) : (
          mayFix && (
            <ReplaceValue
              value={value}
              name={name}
              rowName={rowName}
              onReplaced={onReplaced}
              onShow={onShow}
            />
          )
        )}
      </div>
    </li>
  );
}

type ReplaceValueProps = Pick<LostValueRowProps, 'value' | 'rowName' | 'onReplaced' | 'onShow'> & {
  name: string;
};

function ReplaceValue({ value, name, rowName, onReplaced, onShow }: ReplaceValueProps) {
  const { id, kind, can_reenter, can_regenerate } = value;
  const [isTyping, setTyping] = useState(!can_regenerate);
  const reenter = useApiMutation(
    (text: string) =>
      ask(client.POST('/vault/recovery/{id}/reenter', { params: { path: { id } }, body: { value: text } })),
    { changes: ['vault'], onDone: () => onReplaced(value, 'Entered again') },
  );
  const words = sayNewValue(kind);
  const regenerate = useApiMutation(
    () => askConfirmed(() => client.POST('/vault/recovery/{id}/regenerate', { params: { path: { id } } })),
    {
      changes: ['vault'],
      onDone: (made) => {
        if (made.value !== null) onShow(name, made.value);
        onReplaced(value, words.done);
      },
    },
  );
  if (isTyping && can_reenter)
    return (
      <NewValueField
        label={`New value of ${rowName}`}
        startsLong={isLong(kind)}
        isBusy={reenter.isPending}
        attempt={reenter}
        onSave={reenter.mutate}
      />
    );
  if (!can_regenerate) return <span className="text-text-3">Delete it on its own page</span>;
  return (
    <>
      {regenerate.message && (
        <span className="new-value-error" role="alert">
          {regenerate.message}
        </span>
      )}
      {can_reenter && (
        <Button kind="plain" isSmall onClick={() => setTyping(true)}>
          Enter the old one
        </Button>
      )}
      <Button
        isSmall
        isBusy={regenerate.isPending}
        onClick={() => regenerate.mutate()}
        aria-label={`${words.button}: ${rowName}`}
      >
        {words.button}
      </Button>
    </>
  );
}

interface NewValueFieldProps {
  /** "New value of API_TOKEN". */
  label: string;
  startsLong: boolean;
  isBusy: boolean;
  attempt: Attempt;
  onSave: (value: string) => void;
}

/**
 * Hidden input for one value; pasted line breaks are kept. Ctrl or Cmd S saves like Enter. Not a password field,
 * because browsers would offer to store every value.
 *
 * SECURITY: the value is only in the field, never in state, and gone with it.
 */
function NewValueField({ label, startsLong, isBusy, attempt, onSave }: NewValueFieldProps) {
  const error = attempt.message;
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const [isLong, setLong] = useState(startsLong);
  const [isEmpty, setEmpty] = useState(true);
  const save = () => {
    const value = field.current?.value ?? '';
    if (value !== '' && !isBusy) onSave(value);
  };
  const lengthen = (add = '') => {
    const before = field.current?.value ?? '';
    setLong(true);
    // The long field takes over once it is mounted.
    queueMicrotask(() =>
      requestAnimationFrame(() => {
        if (!field.current) return;
        field.current.value = before + add;
        setEmpty(field.current.value === '');
        field.current.focus();
      }),
    );
  };
  const shared = {
    ref: field,
    'aria-label': label,
    'aria-invalid': error ? (true as const) : undefined,
    autoComplete: 'off',
    spellCheck: false,
    placeholder: 'New value',
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      setEmpty(event.target.value === ''),
  };
  useListedShortcut('saveValue');
  const onSaveKey = (event: React.KeyboardEvent) => {
    if (!isShortcut(event, 'saveValue')) return;
    event.preventDefault();
    save();
  };
  return (
    <Form
      className="new-value"
      mutation={attempt}
      onSubmit={() => {
        save();
      }}
    >
      {isLong ? (
        <textarea {...shared} rows={3} className="textarea is-hidden-text" onKeyDown={onSaveKey} />
      ) : (
        <span className={`input is-small ${error ? 'is-wrong' : ''}`}>
          <input
            {...shared}
            type="text"
            className="is-hidden-text"
            onKeyDown={onSaveKey}
            onPaste={(event) => {
              const text = event.clipboardData.getData('text');
              if (!/[\r\n]/.test(text)) return;
              event.preventDefault();
              lengthen(text);
            }}
          />
        </span>
      )}
      {!isLong && <IconButton icon={WrapText} isSmall label="Multiple lines" onClick={() => lengthen()} />}
      <Button isSmall type="submit" isBusy={isBusy} disabled={isEmpty}>
        Save
      </Button>
      {error && (
        <span className="new-value-error" role="alert">
          {error}
        </span>
      )}
    </Form>
  );
}
