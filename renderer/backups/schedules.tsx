import { useQuery } from '@tanstack/react-query';
import { CalendarClock, CirclePause, CirclePlay, Ellipsis, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { showChanged } from '../projects/undo-toast.tsx';
import { Empty } from '../ui/blank-state.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { actionsColumn, RowName, Table } from '../ui/table.tsx';
import { type Destination, type Schedule, schedulesQuery } from './backup-queries.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { describeLast, describeNext } from './schedule-words.ts';
import { StateMark } from './state-mark.tsx';

type Open = { what: 'add' } | { what: 'change' | 'remove'; schedule: Schedule } | null;

interface SchedulesProps {
  destinations: readonly Destination[];
  /** Whether the caller may change them. */
  mayWrite: boolean;
}

/** When backups are made without being asked for. */
export function Schedules({ destinations, mayWrite }: SchedulesProps) {
  const query = useQuery(schedulesQuery);
  const schedules = query.data ?? [];
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const mayAdd = mayWrite && destinations.length > 0;
  const add = (
    <Button isSmall icon={Plus} onClick={() => setOpen({ what: 'add' })}>
      Add a schedule
    </Button>
  );
  return (
    <Section title="Schedules" actions={mayAdd && schedules.length > 0 && add}>
      <Table
        label="Schedules"
        className="table-tall backup-table"
        skeletonRows={1}
        query={query}
        rows={schedules}
        rowKey={({ id }) => id}
        rowClass={({ last_error }) => (last_error ? 'is-bad' : '')}
        empty={
          <Empty
            icon={CalendarClock}
            title="No schedule yet"
            text={
              destinations.length === 0
                ? 'A schedule makes backups by itself. It needs a destination first.'
                : 'A schedule makes backups by itself. Without one, they are made when somebody asks for them.'
            }
            action={mayAdd && add}
          />
        }
        columns={[
          {
            name: 'Schedule',
            isRowHeader: true,
            cell: ({ name, summary, destination }) => (
              <RowName name={name} below={`to ${destination}, ${summary}`} />
            ),
          },
          {
            name: 'Next',
            width: 'w-48 max-phone:w-40',
            cell: (schedule) => <StateMark state={describeNext(schedule)} />,
          },
          {
            name: 'Last',
            width: 'w-60',
            className: 'max-tablet:hidden',
            cell: (schedule) => {
              const last = describeLast(schedule);
              return last === null ? <span className="quiet">not yet</span> : <StateMark state={last} />;
            },
          },
          ...(mayWrite
            ? [
                actionsColumn<Schedule>((schedule) => (
                  <ScheduleMenu
                    schedule={schedule}
                    onChange={() => setOpen({ what: 'change', schedule })}
                    onRemove={() => setOpen({ what: 'remove', schedule })}
                  />
                )),
              ]
            : []),
        ]}
      />
      {open?.what === 'add' && <ScheduleDialog destinations={destinations} onClose={close} />}
      {open?.what === 'change' && (
        <ScheduleDialog schedule={open.schedule} destinations={destinations} onClose={close} />
      )}
      {open?.what === 'remove' && <RemoveScheduleDialog schedule={open.schedule} onClose={close} />}
    </Section>
  );
}

interface ScheduleMenuProps {
  schedule: Schedule;
  onChange: () => void;
  onRemove: () => void;
}

function ScheduleMenu({ schedule: { id, name, enabled }, onChange, onRemove }: ScheduleMenuProps) {
  const params = { path: { id } };
  const turn = (isOn: boolean) =>
    isOn
      ? ask(client.PATCH('/backups/schedules/{id}/enable', { params }))
      : askConfirmed(() => client.PATCH('/backups/schedules/{id}/disable', { params }));
  const toggle = useApiMutation(
    async () => {
      await turn(!enabled);
      return enabled;
    },
    {
      changes: ['backups'],
      onDone: (wasOn) =>
        showChanged(`${name} was ${wasOn ? 'disabled' : 'enabled'}`, {
          undo: () => turn(wasOn),
          changes: ['backups'],
          failed: `${name} was not changed back`,
        }),
      onFailed: (text) => showToast({ title: `${name} was not changed`, text }, null),
    },
  );
  return (
    <Menu
      trigger={
        <IconButton
          icon={Ellipsis}
          label={`More for the schedule ${name}`}
          aria-busy={toggle.isPending || undefined}
        />
      }
      groups={[
        [
          { label: 'Change…', icon: Pencil, onSelect: onChange },
          {
            label: enabled ? 'Disable' : 'Enable',
            icon: enabled ? CirclePause : CirclePlay,
            disabled: toggle.isPending,
            onSelect: () => toggle.mutate(),
          },
        ],
        [{ label: 'Remove…', icon: Trash2, onSelect: onRemove }],
      ]}
    />
  );
}

function RemoveScheduleDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const { id, name, summary, destination } = schedule;
  const remove = useApiMutation(
    () => askConfirmed(() => client.DELETE('/backups/schedules/{id}', { params: { path: { id } } })),
    {
      changes: ['backups'],
      onDone: () => {
        onClose();
        showToast({ title: `${name} was removed`, text: 'The backups it made stay.' });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Remove this schedule?"
      action="Remove schedule"
      keep="Keep it"
      kind="main"
      mutation={remove}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{name}</b> makes no more backups to <span dir="auto">{destination}</span> {summary}.
        Those it made stay.
      </p>
    </ConfirmDialog>
  );
}
