import { useQuery } from '@tanstack/react-query';
import { LockKeyhole, MonitorOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useMay } from '../app/session.ts';
import { Failed, Skeleton } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { Choices, Select } from '../ui/form/choices.tsx';
import { Field } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { formatCount, formatDay } from '../ui/time.ts';
import { type AutoLock, autoLockQuery } from './settings-query.ts';

const OFF = 'off';
const OFFERED = [1, 5, 10, 15, 30, 60, 240, 1440];

/** After how long without anyone it locks, and what then waits. */
export function AutoLockSection() {
  const autoLock = useQuery(autoLockQuery);
  const mayWrite = useMay('settings:write');
  return (
    <Section title="Automatic lock" said={mayWrite ? undefined : 'Administrators change this.'}>
      {autoLock.data ? (
        <AutoLockForm autoLock={autoLock.data} mayWrite={mayWrite} />
      ) : autoLock.isError ? (
        <Failed
          title="The automatic lock did not load"
          error={autoLock.error}
          onRetry={() => void autoLock.refetch()}
        />
      ) : (
        <div className="card">
          <Skeleton rows={3} columns={2} />
        </div>
      )}
    </Section>
  );
}

const toChosen = ({ minutes, strength, with_screen }: AutoLock) => ({
  time: minutes === null ? OFF : String(minutes),
  strength,
  withScreen: with_screen,
});

function AutoLockForm({ autoLock, mayWrite }: { autoLock: AutoLock; mayWrite: boolean }) {
  const [chosen, setChosen] = useState(() => toChosen(autoLock));
  const [isTouched, setTouched] = useState(false);
  // Until someone chooses here, the form follows changes by others.
  useEffect(() => {
    if (!isTouched) setChosen(toChosen(autoLock));
  }, [autoLock, isTouched]);
  const minutes = chosen.time === OFF ? null : Number(chosen.time);
  const isChanged =
    minutes !== autoLock.minutes ||
    chosen.strength !== autoLock.strength ||
    chosen.withScreen !== autoLock.with_screen;
  const save = useApiMutation(
    () =>
      askConfirmed(() =>
        client.PUT('/settings', {
          body: {
            auto_lock_minutes: minutes,
            auto_lock_strength: chosen.strength,
            lock_with_screen: chosen.withScreen,
          },
        }),
      ),
    {
      changes: ['settings', 'session'],
      onDone: () => {
        setTouched(false);
        showToast({ title: 'Automatic lock saved' });
      },
    },
  );
  const choose = (change: Partial<typeof chosen>) => {
    setTouched(true);
    setChosen({ ...chosen, ...change });
  };
  const offered = [...new Set([...OFFERED, ...(autoLock.minutes === null ? [] : [autoLock.minutes])])];
  return (
    <Form
      className="card card-pad grid grid-cols-1 gap-4"
      mutation={save}
      onSubmit={() => {
        if (isChanged) save.mutate();
      }}
    >
      {/* What is set, not what is being chosen. */}
      <p className="text-text-2" role="status">
        {autoLock.says}
        {autoLock.minutes !== null && autoLock.window && ` ${autoLock.window}`}
      </p>
      <Field
        label="Lock after"
        hint="Time in which nobody used it: no pointer, no key, no change. Pages that refresh by themselves, API keys and tokens do not count; the command line is not locked."
      >
        {({ id }) => (
          <Select
            id={id}
            value={chosen.time}
            disabled={!mayWrite}
            onChange={(time) => choose({ time })}
            options={[
              { value: OFF, label: 'Off' },
              ...offered.sort((a, b) => a - b).map((each) => ({ value: String(each), label: sayTime(each) })),
            ]}
          />
        )}
      </Field>
      {minutes !== null && (
        <Choices
          label="What locks"
          value={chosen.strength}
          onChange={(strength) => mayWrite && choose({ strength })}
          options={[
            {
              value: 'console',
              title: 'The console',
              icon: MonitorOff,
              text: 'Each session, and the desktop window, until its password is entered. Programs keep their access.',
            },
            {
              value: 'vault',
              title: 'The console and the vault',
              icon: LockKeyhole,
              text: 'Once nobody at all is there, the key is removed from memory too.',
              more: <Waiting autoLock={autoLock} />,
            },
          ]}
        />
      )}
      <div className="grid gap-2">
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="check"
            checked={chosen.withScreen}
            disabled={!mayWrite}
            onChange={(event) => choose({ withScreen: event.currentTarget.checked })}
          />
          Lock the vault with the screen of this instance’s computer
        </label>
        <p className="text-text-2" role="status">
          {autoLock.screen}
        </p>
        {chosen.withScreen && !autoLock.with_screen && <Waiting autoLock={autoLock} />}
      </div>
      <FormError mutation={save} />
      {mayWrite && (
        <div className="flex justify-end">
          <Button kind="main" type="submit" isBusy={save.isPending} disabled={!isChanged}>
            Set the lock
          </Button>
        </div>
      )}
    </Form>
  );
}

/** Before it is chosen: what waits for the key, as the capabilities declare it, and what it takes to unlock. */
function Waiting({ autoLock }: { autoLock: AutoLock }) {
  return (
    <div className="grid gap-2">
      <p className="font-medium">While it is locked, this waits:</p>
      <ul className="grid gap-1" aria-label="What waits while the vault is locked">
        {autoLock.waits.map(({ title, schedule, next_at }) => (
          <li key={title} className="flex justify-between gap-3">
            <span className="min-w-0">{title}</span>
            <span className="shrink-0 text-12 text-text-3">
              {next_at === null ? schedule : `next ${formatDay(next_at)}`}
            </span>
          </li>
        ))}
      </ul>
      <p className="text-text-2">{autoLock.reopening}</p>
    </div>
  );
}

function sayTime(minutes: number): string {
  return minutes % 60 === 0 ? formatCount(minutes / 60, 'hour') : formatCount(minutes, 'minute');
}
