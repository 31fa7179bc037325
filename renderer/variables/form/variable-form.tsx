import { Lock } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { type ApiProblem, hasCode } from '../../api/problem.ts';
import type { components } from '../../api/schema.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Segmented } from '../../ui/form/choices.tsx';
import { TextAreaField, TextField } from '../../ui/form/field.tsx';
import { type Attempt, Form } from '../../ui/form/form.tsx';
import { restoreLineEnds } from '../files/line-ends.ts';
import { useWipedOnLeave } from '../use-wiped-on-leave.ts';
import type { ReferenceChoice, Variable, VariableScope } from '../variable-scope.ts';
import { choiceOf, describeChoice, EndField, readChoice, type SaidEnd } from './end-field.tsx';
import { EnvironmentPicks } from './environment-picks.tsx';
import { GenerateValue } from './generate-value.tsx';
import { useReferenceCompletion } from './reference-completion.tsx';
import { useReferenceNames } from './reference-names.ts';
import { RenameReferences, useRename } from './rename-references.tsx';

export interface FormFields {
  key: string;
  /** Null: unchanged. */
  value: string | null;
  /** Null: the instance decides. */
  is_secret: boolean | null;
  environment_ids: number[];
  include_in_preview: boolean;
  /** Undefined: as it is. */
  expires_at: SaidEnd;
  /** Empty for none. */
  note: string;
  /** With a new name; undefined without one. */
  references: ReferenceChoice | undefined;
}

interface VariableFormProps {
  id: string;
  scope: VariableScope;
  environments: readonly Environment[] | null;
  variable: Variable | null;
  environmentIds: readonly number[];
  mayReveal: boolean;
  problem: ApiProblem | null;
  /** The last attempt to save it. */
  attempt: Attempt;
  onSubmit: (fields: FormFields) => void;
  /** It was submitted, and is not sent: something in it is wrong, or was not decided. */
  onNotSent: () => void;
}

/**
 * SECURITY: the value stays in its text box, which React does not control: it is never in state, and gone with the
 * form.
 */
export function VariableForm(props: VariableFormProps) {
  const {
    id,
    scope,
    environments,
    variable,
    environmentIds,
    mayReveal,
    problem,
    attempt,
    onSubmit,
    onNotSent,
  } = props;
  const key = useRef<HTMLInputElement>(null);
  const value = useRef<HTMLTextAreaElement>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  useWipedOnLeave(value);
  /** The value loaded into the text box; null for none. */
  const original = useRef(variable?.value ?? null);
  const [picked, setPicked] = useState<ReadonlySet<number>>(
    () => new Set(variable ? variable.environments.map((each) => each.id) : environmentIds),
  );
  const [isInPreview, setInPreview] = useState(variable?.include_in_preview ?? false);
  const [chosenKind, setChosenKind] = useState<boolean | null>(variable?.is_secret ?? null);
  const [end, setEnd] = useState(() => choiceOf(variable));
  const [isEndRefused, setEndRefused] = useState(false);
  const { guess, guessLater } = useSecretGuess();
  const [name, setName] = useState(variable?.key ?? '');
  const rename = useRename(scope, variable, name);

  const guessAgain = () =>
    guessLater(() => ({ key: key.current?.value ?? '', value: value.current?.value ?? '' }));
  const isSecret = chosenKind ?? guess?.is_secret ?? null;
  const submit = async () => {
    setEndRefused(describeChoice(end) !== undefined);
    if (describeChoice(end) !== undefined) return onNotSent();
    const references = await rename.decide();
    // Closed meanwhile, there is nothing to read: an empty value would be saved.
    if (references === null || !value.current) return onNotSent();
    onSubmit({
      key: key.current?.value.trim() ?? '',
      value: readValue(variable, original.current, value.current.value),
      // SECURITY: a guess may be older than what was typed last. Shown as a secret, it becomes one; shown as plain, or
      // not known yet, the instance decides by what is sent.
      is_secret: chosenKind ?? (guess?.is_secret ? true : null),
      environment_ids: [...picked],
      include_in_preview: isInPreview,
      expires_at: readChoice(end),
      note: note.current?.value ?? '',
      references,
    });
  };
  const errors = describeFields(problem);
  return (
    <Form id={id} className="grid gap-4" noValidate mutation={attempt} onSubmit={() => void submit()}>
      <TextField
        ref={key}
        label="Name"
        isMono
        defaultValue={variable?.key ?? ''}
        placeholder="DATABASE_URL"
        autoCapitalize="off"
        error={errors.key}
        autoFocus={!variable}
        maxLength={500}
        onChange={(event) => {
          setName(event.target.value.trim());
          guessAgain();
        }}
      />
      {variable && <RenameReferences rename={rename} scope={scope} variable={variable} name={name} />}
      <ValueField
        area={value}
        original={original}
        scope={scope}
        variable={variable}
        mayReveal={mayReveal}
        error={errors.value}
        onInput={guessAgain}
        // Whatever it is called, nobody is meant to know it.
        onGenerated={() => setChosenKind((chosen) => chosen ?? true)}
      />
      <KindField variable={variable} isSecret={isSecret} guess={guess} onChoose={setChosenKind} />
      <EndField
        ends={variable}
        choice={end}
        onChange={setEnd}
        error={isEndRefused ? describeChoice(end) : errors.end}
      />
      <TextAreaField
        ref={note}
        label="Note"
        hint="What it is, and where it is from. Not encrypted: no secrets here."
        error={errors.note}
        defaultValue={variable?.note ?? ''}
        rows={2}
        maxLength={1000}
        dir="auto"
        spellCheck
      />
      {environments && (
        <>
          <EnvironmentPicks
            environments={environments}
            picked={picked}
            onChange={setPicked}
            error={errors.environments}
          />
          <Checkbox checked={isInPreview} onChange={setInPreview}>
            Also in branch previews
          </Checkbox>
        </>
      )}
    </Form>
  );
}

/** Null when the value is unchanged: for a secret, when nothing was typed. */
function readValue(variable: Variable | null, original: string | null, typed: string): string | null {
  if (!variable) return typed;
  if (original === null) return typed === '' ? null : typed;
  return typed === original.replace(/\r\n?/g, '\n') ? null : restoreLineEnds(original, typed);
}

function describeFields(problem: ApiProblem | null) {
  if (!problem) return {};
  const find = (field: string) =>
    Object.entries(problem.fields).find(([path]) => path === field || path.startsWith(`${field}.`))?.[1];
  // One is said by the instance: of the value, or of what it refers to.
  const tooLarge = hasCode(problem, 'secret_too_large')
    ? problem.message
    : hasCode(problem, 'body_too_large') && 'A value holds at most 1 MiB.';
  return {
    key: hasCode(problem, 'name_taken') ? problem.message : find('key') && capitalize(find('key') as string),
    value: tooLarge || (find('value') && capitalize(find('value') as string)),
    note: find('note') && capitalize(find('note') as string),
    end: find('expires_at') && capitalize(find('expires_at') as string),
    environments: find('environment_ids') && capitalize(find('environment_ids') as string),
  };
}

function capitalize(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

interface ValueFieldProps {
  area: React.RefObject<HTMLTextAreaElement | null>;
  original: React.RefObject<string | null>;
  scope: VariableScope;
  variable: Variable | null;
  mayReveal: boolean;
  error: string | undefined;
  onInput: () => void;
  onGenerated: () => void;
}

/** A secret's box is empty, and leaving it empty keeps the value; the value can be loaded for editing. */
function ValueField({
  area,
  original,
  scope,
  variable,
  mayReveal,
  error,
  onInput,
  onGenerated,
}: ValueFieldProps) {
  const isSecret = variable?.is_secret ?? false;
  const isUnreadable = variable?.state === 'unreadable';
  const [isHere, setHere] = useState(!isSecret);
  const completion = useReferenceCompletion(area, useReferenceNames(scope, variable));
  const bringIn = useApiMutation((secret: Variable) => scope.reveal(secret), {
    onDone: (text) => {
      const box = area.current;
      if (box?.value !== '') return;
      box.value = text;
      original.current = text;
      setHere(true);
      box.focus();
    },
  });
  const hint = isUnreadable
    ? 'The current value cannot be decrypted with the keys of this instance. Enter it again.'
    : isSecret && !isHere
      ? 'Leave empty to keep the current value.'
      : isSecret
        ? 'If empty, the current value is kept.'
        : undefined;
  return (
    <div className="grid gap-1.5">
      <div className="completed">
        <TextAreaField
          {...completion.props}
          ref={area}
          label="Value"
          hint={hint}
          error={error ?? bringIn.message}
          defaultValue={variable?.value ?? ''}
          placeholder={isSecret && !isHere ? '••••••••' : ''}
          autoFocus={variable !== null}
          className="value-box"
          dir="auto"
          onInput={() => {
            onInput();
            completion.look();
          }}
        />
        {completion.list}
      </div>
      <GenerateValue
        onMade={(made) => {
          const box = area.current;
          if (!box) return;
          box.value = made;
          onGenerated();
          box.focus();
        }}
      />
      {isSecret && !isHere && mayReveal && variable?.state === 'ok' && (
        <Button
          isSmall
          kind="plain"
          className="-ml-2.5 justify-self-start"
          isBusy={bringIn.isPending}
          onClick={() => bringIn.mutate(variable)}
        >
          Load the value to edit it
        </Button>
      )}
    </div>
  );
}

function describeKind(
  variable: Variable | null,
  isSecret: boolean | null,
  guess: SecretGuess | null,
): string {
  if (variable && isSecret) return 'Its earlier plain values will be removed from the history.';
  if (isSecret === null) return 'Decided by name and value, unless you choose.';
  if (!guess) return '';
  if (guess.is_secret === isSecret) return variable ? '' : capitalize(guess.because);
  return guess.is_secret ? `It looks like a secret: ${guess.because}.` : '';
}

interface KindFieldProps {
  variable: Variable | null;
  /** Null while neither chosen nor guessed. */
  isSecret: boolean | null;
  guess: SecretGuess | null;
  onChoose: (isSecret: boolean) => void;
}

function KindField({ variable, isSecret, guess, onChoose }: KindFieldProps) {
  if (variable?.is_secret)
    return (
      <div className="field">
        <span className="label">Kind</span>
        <span className="flex items-center gap-2">
          <Lock className="icon icon-14 text-icon" aria-hidden="true" />
          Secret
          <span className="text-text-3">A secret stays a secret.</span>
        </span>
      </div>
    );
  const said = describeKind(variable, isSecret, guess);
  return (
    <div className="field">
      <span className="label">Kind</span>
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Segmented
          label="Kind"
          value={isSecret === null ? null : isSecret ? 'secret' : 'plain'}
          onChange={(kind) => onChoose(kind === 'secret')}
          options={[
            { value: 'secret', label: 'Secret', icon: Lock },
            { value: 'plain', label: 'Plain' },
          ]}
        />
        <span className="text-12 text-text-3" role="status">
          {said}
        </span>
      </span>
    </div>
  );
}

type SecretGuess = components['schemas']['SecretGuess'];

/** Delay after the last keystroke, so that a word is checked once. */
const ASK_AFTER_MS = 250;
/** The beginning of a longer value is enough for the guess. */
const MOST_CHARACTERS = 10_000;

/** The instance's guess of secret or plain while typing. Null while unknown. */
function useSecretGuess() {
  const [guess, setGuess] = useState<SecretGuess | null>(null);
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; left: AbortController } | null>(null);
  const stop = useCallback(() => {
    clearTimeout(pending.current?.timer);
    pending.current?.left.abort();
    pending.current = null;
  }, []);
  /** SECURITY: reads the fields when it sends the request; no value is kept in a timer. */
  const guessLater = useCallback(
    (read: () => { key: string; value: string }) => {
      stop();
      const left = new AbortController();
      const timer = setTimeout(() => {
        const { key, value } = read();
        if (key === '' && value === '') return setGuess(null);
        const body = { key, value: value.slice(0, MOST_CHARACTERS) };
        ask(client.POST('/secret-guess', { body, signal: left.signal })).then(setGuess, () => {
          if (!left.signal.aborted) setGuess(null);
        });
      }, ASK_AFTER_MS);
      pending.current = { timer, left };
    },
    [stop],
  );
  useEffect(() => stop, [stop]);
  return { guess, guessLater };
}
