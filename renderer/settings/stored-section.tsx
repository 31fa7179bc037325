import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { queryClient } from '../api/queries.ts';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/form/choices.tsx';
import { Field, TextAreaField, TextField } from '../ui/form/field.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { type Settings, settingsQuery } from './settings-query.ts';
import {
  describeStored,
  readPart,
  type StoredPart,
  type StoredSetting,
  storedSettings,
  toText,
  toValue,
} from './stored-settings.ts';

/** Settings of Temps that only deployments use: stored, shown, cleared, and not applied yet. */
export function StoredSection({ settings }: { settings: Settings }) {
  const mayWrite = useMay('settings:write');
  const [edited, setEdited] = useState<StoredSetting | null>(null);
  const clear = useStoredChange(({ name }: StoredSetting) => ({ [name]: null }));
  const isSet = ({ name }: StoredSetting) => settings.not_applied.includes(name);
  return (
    <Section title="For deployments" said={mayWrite ? undefined : 'Administrators change these.'}>
      <div className="card">
        <p className="p-4 text-text-2">
          This version deploys nothing and serves no domains: what is set here is stored, and takes effect
          with deployments.
        </p>
        <div className="px-4 empty:hidden">
          <FormError mutation={clear} />
        </div>
        <ul className="rows" aria-label="For deployments">
          {storedSettings.map((setting) => (
            <li key={setting.name} className="flex-wrap">
              <span className="min-w-0 flex-1 basis-48">
                <span className="block font-medium">{setting.title}</span>
                <span className="block text-12 text-text-3 [overflow-wrap:anywhere]" dir="auto">
                  {isSet(setting)
                    ? `Stored, not applied yet. ${describeStored(settings, setting)}`
                    : 'Not set'}
                </span>
              </span>
              {mayWrite && (
                <span className="ml-auto flex flex-none gap-1">
                  {isSet(setting) && (
                    <Button
                      isSmall
                      kind="plain"
                      aria-label={`Clear ${setting.title}`}
                      disabled={clear.isPending}
                      onClick={() => clear.mutate(setting)}
                    >
                      Clear
                    </Button>
                  )}
                  <Button
                    isSmall
                    aria-label={`${isSet(setting) ? 'Change' : 'Set'} ${setting.title}`}
                    onClick={() => setEdited(setting)}
                  >
                    {isSet(setting) ? 'Change' : 'Set'}
                  </Button>
                </span>
              )}
            </li>
          ))}
        </ul>
      </div>
      {edited && <StoredDialog settings={settings} setting={edited} onClose={() => setEdited(null)} />}
    </Section>
  );
}

/** Says in a message what became of it, in the words of the instance. */
function useStoredChange<Input>(toBody: (input: Input) => Record<string, unknown>, onDone?: () => void) {
  return useApiMutation(
    (input: Input) => askConfirmed(() => client.PUT('/settings', { body: toBody(input) })),
    {
      changes: ['settings'],
      onDone: ({ message, ...saved }) => {
        queryClient.setQueryData(settingsQuery.queryKey, saved);
        onDone?.();
        showToast({ title: message });
      },
    },
  );
}

interface StoredDialogProps {
  settings: Settings;
  setting: StoredSetting;
  onClose: () => void;
}

function StoredDialog({ settings, setting, onClose }: StoredDialogProps) {
  const { name, title, text: said, parts } = setting;
  const [before] = useState(() => parts.map((part) => toText(readPart(settings, name, part))));
  const [texts, setTexts] = useState<readonly string[]>(before);
  const values = parts.map((part, at) => toValue(part, texts[at] ?? ''));
  const changed = parts.flatMap((part, at) => (texts[at] === before[at] ? [] : [[part.name, values[at]]]));
  // Only the parts that were changed here, so that someone else's changes to others are kept.
  const save = useStoredChange<void>(
    () => ({ [name]: parts[0]?.name === '' ? values[0] : Object.fromEntries(changed) }),
    onClose,
  );
  const fieldOf = (part: StoredPart) => (part.name === '' ? name : `${name}.${part.name}`);
  return (
    <FormDialog
      title={title}
      text={`${said} Stored, and not applied before there are deployments.`}
      action="Save"
      mutation={save}
      fields={parts.map(fieldOf)}
      isReady={changed.length > 0 && values.every((value) => value !== undefined)}
      onClose={onClose}
    >
      {parts.map((part, at) => (
        <PartField
          key={part.name}
          part={part}
          text={texts[at] ?? ''}
          onChange={(typed) => setTexts(texts.with(at, typed))}
          isFirst={at === 0}
          error={values[at] === undefined ? 'A whole number.' : save.fieldError(fieldOf(part))}
        />
      ))}
    </FormDialog>
  );
}

interface PartFieldProps {
  part: StoredPart;
  text: string;
  onChange: (text: string) => void;
  isFirst: boolean;
  error: string | undefined;
}

function PartField({ part: { label, kind, placeholder }, text, onChange, isFirst, error }: PartFieldProps) {
  if (kind === 'switch')
    return (
      <Field label={label} error={error}>
        {({ id }) => (
          <Select
            id={id}
            value={text}
            onChange={onChange}
            options={[
              { value: 'true', label: 'On' },
              { value: 'false', label: 'Off' },
            ]}
          />
        )}
      </Field>
    );
  if (kind === 'lines' || kind === 'long')
    return (
      <TextAreaField
        label={label}
        hint={kind === 'lines' ? 'One per line.' : undefined}
        rows={3}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        error={error}
      />
    );
  return (
    <TextField
      label={label}
      value={text}
      onChange={(event) => onChange(event.target.value)}
      inputMode={kind === 'number' ? 'numeric' : 'text'}
      maxLength={kind === 'number' ? 15 : 4000}
      placeholder={placeholder}
      dir="auto"
      autoFocus={isFirst}
      error={error}
    />
  );
}
