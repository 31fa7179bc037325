import { useEffect, useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { queryClient } from '../api/queries.ts';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { TextAreaField, TextField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { useShortcut } from '../ui/shortcuts.ts';
import { shorten } from '../ui/text.ts';
import { type Settings, settingsQuery } from './settings-query.ts';

const MAX_DAYS = 90;
const MIN_KEPT = 30;
const MAX_KEPT = 3650;
const MAX_NAMES = 50;
/** The instance's rule for a name or address. */
const NAME = /^[a-zA-Z0-9.:-]{1,253}$/;

const toText = (settings: Settings) => ({
  name: settings.instance_name,
  days: String(settings.session_days),
  kept: String(settings.activity_days),
  names: settings.https_names.join('\n'),
});
const toNames = (text: string) => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

function findNameError(names: readonly string[]): string | undefined {
  const wrong = names.find((name) => !NAME.test(name));
  if (wrong !== undefined) return `${shorten(wrong)} is not a host name or address.`;
  return names.length > MAX_NAMES ? `At most ${MAX_NAMES} names.` : undefined;
}

/** Settings that apply to everyone who uses this instance. */
export function InstanceForm({ settings }: { settings: Settings }) {
  const mayWrite = useMay('settings:write');
  const [text, setText] = useState(() => toText(settings));
  const [isTouched, setTouched] = useState(false);
  // Until someone types here, the form follows changes by others.
  useEffect(() => {
    if (!isTouched) setText(toText(settings));
  }, [settings, isTouched]);
  const names = toNames(text.names);
  const days = Number(text.days);
  const daysError =
    Number.isInteger(days) && days >= 1 && days <= MAX_DAYS
      ? undefined
      : `A whole number from 1 to ${MAX_DAYS}.`;
  const kept = Number(text.kept);
  const keptError =
    Number.isInteger(kept) && kept >= MIN_KEPT && kept <= MAX_KEPT
      ? undefined
      : `A whole number from ${MIN_KEPT} to ${MAX_KEPT}.`;
  const nameError = findNameError(names);
  const changes = {
    ...(text.name.trim() !== settings.instance_name ? { instance_name: text.name.trim() } : {}),
    ...(days !== settings.session_days ? { session_days: days } : {}),
    ...(kept !== settings.activity_days ? { activity_days: kept } : {}),
    ...(names.join() !== settings.https_names.join() ? { https_names: names } : {}),
  };
  const isReady =
    Object.keys(changes).length > 0 && !daysError && !keptError && !nameError && text.name.trim() !== '';
  const save = useApiMutation(() => askConfirmed(() => client.PUT('/settings', { body: changes })), {
    changes: ['session'],
    onDone: (saved) => {
      queryClient.setQueryData(settingsQuery.queryKey, saved);
      setTouched(false);
      showToast({
        title: 'Settings saved',
        ...('https_names' in changes ? { text: 'The HTTPS names take effect at the next start.' } : {}),
      });
    },
  });
  const submit = () => {
    if (isReady) save.mutate();
  };
  useShortcut('save', mayWrite ? submit : null);
  const bind = (field: keyof typeof text) => ({
    value: text[field],
    readOnly: !mayWrite,
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      setTouched(true);
      setText({ ...text, [field]: event.target.value });
    },
  });
  return (
    <Section title="This instance" said={mayWrite ? undefined : 'Administrators change these.'}>
      <Form
        className="card card-pad grid gap-4"
        mutation={save}
        onSubmit={() => {
          submit();
        }}
      >
        <TextField
          label="Name"
          hint="Shown in the sidebar and written on key copies."
          maxLength={100}
          dir="auto"
          error={text.name.trim() === '' ? 'A name is required.' : save.fieldError('instance_name')}
          {...bind('name')}
        />
        <TextField
          label="Sign out after"
          hint="Days until people are signed out; applies from their next sign-in. The owner’s sessions end after 12 hours."
          inputMode="numeric"
          maxLength={3}
          trailing={<span className="quiet">{text.days === '1' ? 'day' : 'days'}</span>}
          error={daysError ?? save.fieldError('session_days')}
          {...bind('days')}
        />
        <TextField
          label="Keep activity for"
          hint="Days after which lines of the activity log are removed, at night. What remains stays checkable."
          inputMode="numeric"
          maxLength={4}
          trailing={<span className="quiet">days</span>}
          error={keptError ?? save.fieldError('activity_days')}
          {...bind('kept')}
        />
        <TextAreaField
          label="HTTPS names"
          hint="Additional names and addresses of this instance, one per line. They are added to its certificate; requests to any other name are refused. They take effect at the next start."
          rows={3}
          placeholder="temps.home.arpa"
          error={nameError ?? save.fieldError('https_names')}
          {...bind('names')}
        />
        <FormError
          mutation={save}
          fields={['instance_name', 'session_days', 'activity_days', 'https_names']}
        />
        {mayWrite && (
          <div className="flex justify-end">
            <Button kind="main" type="submit" isBusy={save.isPending} disabled={!isReady}>
              Save
            </Button>
          </div>
        )}
      </Form>
    </Section>
  );
}
