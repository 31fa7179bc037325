import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { describeError } from '../api/problem.ts';
import { useIsOwner } from '../app/session.ts';
import { showChanged } from '../projects/undo-toast.tsx';
import { Choices, Select } from '../ui/form/choices.tsx';
import { Field, TextField } from '../ui/form/field.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { formatExact } from '../ui/time.ts';
import type { Destination, Schedule } from './backup-queries.ts';
import {
  type Choice,
  firstChoice,
  isOnRemovable,
  type Often,
  oftenNames,
  PLUGGED_IN,
  toChoice,
  toCron,
  toOwn,
  weekdays,
  whenPluggedIn,
} from './schedule-choices.ts';

interface ScheduleDialogProps {
  /** Absent for a new one. */
  schedule?: Schedule;
  destinations: readonly Destination[];
  onClose: () => void;
}

/** Adds a schedule, or changes one: where, how often, and what that comes to. */
export function ScheduleDialog({ schedule, destinations, onClose }: ScheduleDialogProps) {
  const [given, setName] = useState(schedule?.name ?? null);
  const [destination, setDestination] = useState(String(schedule?.s3_source_id ?? destinations[0]?.id));
  const howOften = useHowOften(
    destinations.find(({ id }) => String(id) === destination),
    schedule ? toChoice(schedule.schedule_expression) : null,
  );
  const { choice } = howOften;
  const cron = toCron(choice);
  // Until somebody names it, it is called as what it is.
  const name = given ?? oftenNames[choice.often];
  const save = useApiMutation(
    () => {
      const body = {
        name,
        s3_source_id: Number(destination),
        schedule_expression: cron ?? '',
      };
      return schedule
        ? askConfirmed(() =>
            client.PATCH('/backups/schedules/{id}', { params: { path: { id: schedule.id } }, body }),
          )
        : ask(client.POST('/backups/schedules', { body }));
    },
    {
      changes: ['backups'],
      onDone: (saved) => {
        onClose();
        showChanged(
          `${saved.name}: ${saved.summary}`,
          {
            undo: () => takeBack(saved.id, schedule),
            changes: ['backups'],
            failed: `${saved.name} was not changed back`,
          },
          sayNext(saved),
        );
      },
    },
  );
  return (
    <FormDialog
      title={schedule ? 'Change the schedule' : 'Add a schedule'}
      text="What was missed while this computer slept or was off is made up for once."
      action={schedule ? 'Change schedule' : 'Add schedule'}
      mutation={save}
      fields={['name', 'schedule_expression']}
      isReady={name.trim() !== '' && cron !== null}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={save.fieldError('name', 'There is a schedule with this name already.')}
        dir="auto"
        maxLength={100}
        autoFocus
      />
      <Field label="Destination">
        {({ id }) => (
          <Select
            id={id}
            value={destination}
            onChange={setDestination}
            options={destinations.map((each) => ({ value: String(each.id), label: each.name }))}
          />
        )}
      </Field>
      <HowOften {...howOften} error={save.fieldError('schedule_expression')} />
      {cron !== null && <SchedulePreview cron={cron} />}
    </FormDialog>
  );
}

function sayNext({ enabled, schedule_expression, next_run }: Schedule): string {
  if (!enabled) return 'It is disabled.';
  if (schedule_expression === PLUGGED_IN) return 'If it is plugged in now, a backup is made at once.';
  return next_run === null ? 'It waits.' : `The next backup is made on ${formatExact(next_run)}.`;
}

/** Whether a folder is on a drive that is made to be pulled out, and is plugged in. Only the owner sees drives. */
function useRemovable(path: string | null): boolean {
  const isOwner = useIsOwner();
  const { data } = useQuery({
    queryKey: ['vault', 'places'],
    queryFn: () => ask(client.GET('/vault/places')),
    enabled: path !== null && isOwner,
    retry: false,
  });
  return path !== null && isOnRemovable(path, data?.places ?? []);
}

interface OftenState {
  choice: Choice;
  onChange: (choice: Choice) => void;
  /** Whether its drive can be plugged in. */
  hasDrive: boolean;
  /** Whether that is usual. */
  isRemovable: boolean;
}

/** What is chosen for a destination: until somebody does, a stick gets its backups when it is there. */
export function useHowOften(where: Destination | undefined, began: Choice | null = null): OftenState {
  const [chosen, onChange] = useState(began);
  const hasDrive = where?.can_be_plugged_in === true;
  const isRemovable = useRemovable(hasDrive ? where.path : null);
  const suggested = isRemovable ? whenPluggedIn : firstChoice;
  const choice = chosen === null || (chosen.often === 'plugged_in' && !hasDrive) ? suggested : chosen;
  return { choice, onChange, hasDrive, isRemovable };
}

interface HowOftenProps extends OftenState {
  error: string | undefined;
}

export function HowOften({ choice, onChange, hasDrive, isRemovable, error }: HowOftenProps) {
  const time = (
    <TextField
      label="Time"
      type="time"
      value={choice.time}
      onChange={(event) => onChange({ ...choice, time: event.target.value })}
    />
  );
  return (
    <Choices<Often>
      label="How often"
      value={choice.often}
      onChange={(often) => onChange({ ...choice, often, own: toOwn(choice) })}
      options={[
        ...(hasDrive
          ? [
              {
                value: 'plugged_in' as const,
                title: 'When it is plugged in',
                aside: isRemovable ? 'suggested' : undefined,
              },
            ]
          : []),
        { value: 'hours', title: 'Every 6 hours' },
        { value: 'nightly', title: 'Every day', more: time },
        {
          value: 'weekly',
          title: 'Every week',
          more: (
            <div className="grid gap-4">
              <Field label="Day">
                {({ id }) => (
                  <Select
                    id={id}
                    value={choice.weekday}
                    onChange={(weekday) => onChange({ ...choice, weekday })}
                    options={weekdays.map((label, at) => ({ value: String(at), label }))}
                  />
                )}
              </Field>
              {time}
            </div>
          ),
        },
        {
          value: 'own',
          title: 'By a cron expression',
          more: (
            <TextField
              label="Cron expression"
              value={choice.own}
              onChange={(event) => onChange({ ...choice, own: event.target.value })}
              error={error}
              hint="Minute, hour, day, month, day of the week; seconds may come first."
              isMono
              maxLength={100}
            />
          ),
        },
      ]}
    />
  );
}

/** What the instance makes of it, in its own time zone. */
export function SchedulePreview({ cron }: { cron: string }) {
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['backups', 'schedules', 'preview', cron],
    queryFn: () => ask(client.POST('/backups/schedules/preview', { body: { schedule_expression: cron } })),
    retry: false,
    placeholderData: keepPreviousData,
  });
  if (error) return <p className="text-12 text-text-2">{describeError(error)}</p>;
  if (!data) return null;
  if (cron === PLUGGED_IN)
    return (
      <p className="text-12 text-text-2" aria-live="polite">
        A backup <b>{data.summary}</b>: one each time, also if that was while this computer was off or asleep;
        a start with the drive in counts too. Plugged in again within an hour of the last, it makes no other.
        None follows while it stays plugged in: for a drive that stays, choose times.
      </p>
    );
  return (
    <div className="text-12 text-text-2" aria-live="polite" aria-busy={isPlaceholderData || undefined}>
      <p>
        A backup <b>{data.summary}</b>, in the time zone of this instance, {data.time_zone}. The next:
      </p>
      <ul aria-label="The next three">
        {data.next.map((at) => (
          <li key={at}>{formatExact(at)}</li>
        ))}
      </ul>
    </div>
  );
}

/** One that was added goes again; a changed one is as it was. */
async function takeBack(id: number, was: Schedule | undefined): Promise<void> {
  const params = { path: { id } };
  if (!was) {
    await askConfirmed(() => client.DELETE('/backups/schedules/{id}', { params }));
    return;
  }
  const { name, s3_source_id, schedule_expression } = was;
  await askConfirmed(() =>
    client.PATCH('/backups/schedules/{id}', { params, body: { name, s3_source_id, schedule_expression } }),
  );
}
