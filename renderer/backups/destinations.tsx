import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import {
  CalendarClock,
  Cloud,
  Ellipsis,
  FlaskConical,
  Folder,
  FolderPlus,
  Info,
  KeyRound,
  LockKeyholeOpen,
  Plus,
  Trash2,
} from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Empty } from '../ui/blank-state.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { actionsColumn, RowName, Table } from '../ui/table.tsx';
import { formatDay } from '../ui/time.ts';
import { type Backup, backupsQuery, type Destination } from './backup-queries.ts';
import {
  countDestinations,
  describeAccess,
  describePlace,
  describeState,
  NOT_SEPARATE,
} from './backup-words.ts';
import { describeRetention } from './retention-words.ts';
import { describeDrive } from './schedule-words.ts';
import { StateMark } from './state-mark.tsx';

interface DestinationsProps {
  query: UseQueryResult<readonly Destination[]>;
  /** Whether the caller may change them. */
  mayWrite: boolean;
  onAdd: (what: 'folder' | 'bucket') => void;
  onAct: ActOn;
}

type ActOn = (
  what: 'remove' | 'keep' | 'recipients' | 'bucket' | 'credentials',
  destination: Destination,
) => void;

/** Where backups are stored. */
export function Destinations({ query, mayWrite, onAdd, onAct }: DestinationsProps) {
  const destinations = query.data ?? [];
  const backups = useQuery(backupsQuery).data ?? [];
  return (
    <Section
      title="Destinations"
      said={destinations.length > 0 && countDestinations(destinations)}
      actions={
        mayWrite &&
        destinations.length > 0 && (
          <span className="flex flex-wrap justify-end gap-2">
            <Button isSmall icon={Plus} onClick={() => onAdd('folder')}>
              Add a folder
            </Button>
            <Button isSmall icon={Plus} onClick={() => onAdd('bucket')}>
              Add a bucket
            </Button>
          </span>
        )
      }
    >
      <Table
        label="Destinations"
        className="table-tall"
        skeletonRows={2}
        query={query}
        rows={destinations}
        rowKey={({ id }) => id}
        empty={
          <Empty
            icon={FolderPlus}
            title="No destination yet"
            text="A backup has everything but the key: without one, a lost disk takes the database with it. It needs a place that is not this disk."
            action={
              mayWrite && (
                <span className="flex flex-wrap justify-center gap-2">
                  <Button kind="main" icon={Plus} onClick={() => onAdd('folder')}>
                    Add a folder
                  </Button>
                  <Button icon={Plus} onClick={() => onAdd('bucket')}>
                    Add a bucket
                  </Button>
                </span>
              )
            }
          />
        }
        columns={[
          {
            name: 'Destination',
            isRowHeader: true,
            cell: (destination) => (
              <DestinationName destination={destination} newest={findNewest(backups, destination)} />
            ),
          },
          {
            name: 'Newest backup',
            width: 'w-40 max-phone:w-36',
            cell: (destination) => <Newest backup={findNewest(backups, destination)} />,
          },
          {
            name: 'Backups there are',
            width: 'w-48',
            className: 'max-tablet:hidden',
            cell: (destination) => (
              <span className="two-lines">
                <span className="block" title={destination.recipients.join('\n') || undefined}>
                  {describeAccess(destination)}
                </span>
                <small title={describeRetention(destination)}>{describeRetention(destination)}</small>
              </span>
            ),
          },
          {
            name: 'Apart from the database',
            width: 'w-60',
            className: 'max-tablet:hidden',
            title: (destination) => describePlace(destination) ?? undefined,
            cell: ({ separate, kind, key_copy_note }) => {
              if (!separate) return <DoesNotCount why="does not count as separate" />;
              if (key_copy_note !== null) return <DoesNotCount why="holds a copy of the key" />;
              return kind === 's3' ? 'in a store elsewhere' : 'on another disk';
            },
          },
          ...(mayWrite
            ? [
                actionsColumn<Destination>((destination) => (
                  <DestinationMenu destination={destination} onAct={onAct} />
                )),
              ]
            : []),
        ]}
      />
      {destinations.some(({ separate }) => !separate) && (
        <p className="mt-2 text-12 text-text-3">Does not count as separate: {NOT_SEPARATE}</p>
      )}
      {destinations.map(
        ({ id, name, key_copy_note }) =>
          key_copy_note !== null && (
            <p key={id} className="mt-2 text-12 text-text-3 [overflow-wrap:anywhere]">
              <bdi>{name}</bdi>: {key_copy_note}
            </p>
          ),
      )}
    </Section>
  );
}

/** Information, not a warning: it is allowed. */
function DoesNotCount({ why }: { why: string }) {
  return (
    <span className="level level-due">
      <Verdict name="due" size={14} />
      <span className="font-normal">{why}</span>
    </span>
  );
}

const findNewest = (backups: readonly Backup[], { id }: Destination): Backup | null =>
  backups.find((backup) => backup.destination_id === id) ?? null;

interface DestinationNameProps {
  destination: Destination;
  newest: Backup | null;
}

function DestinationName({ destination, newest }: DestinationNameProps) {
  const { name, path, kind, bucket } = destination;
  const drive = describeDrive(destination, newest);
  const Icon = kind === 's3' ? Cloud : Folder;
  return (
    <div className={`flex min-w-0 items-center gap-3 ${drive === null ? '' : 'py-2'}`}>
      <Icon className="icon text-icon max-phone:hidden" aria-hidden="true" />
      <RowName
        name={name}
        below={
          bucket?.credentials_state === 'lost' ? (
            <span className="text-danger-text">its credentials are lost: replace them</span>
          ) : (
            <>
              <span title={path}>{path}</span>
              {/* On a narrow screen in several lines: its end is what one acts on. */}
              {drive !== null && <span className="block whitespace-normal">{drive}</span>}
            </>
          )
        }
      />
    </div>
  );
}

function Newest({ backup }: { backup: Backup | null }) {
  if (!backup) return <span className="quiet">none yet</span>;
  const { tone, word, more } = describeState(backup);
  return <StateMark state={{ tone, word, more: tone === 'ok' ? more : formatDay(backup.taken_at) }} />;
}

interface DestinationMenuProps {
  destination: Destination;
  onAct: ActOn;
}

function DestinationMenu({ destination, onAct }: DestinationMenuProps) {
  const { id, name, kind, readable_without_key: isReadable } = destination;
  const test = useApiMutation(
    () => ask(client.POST('/backups/destinations/{id}/test', { params: { path: { id } } })),
    {
      changes: ['backups'],
      onDone: ({ key_copy_note }) =>
        showToast({
          title: `${name} works`,
          text: ['A file was written there, verified, listed and deleted.', key_copy_note]
            .filter(Boolean)
            .join(' '),
        }),
      onFailed: (text) => showToast({ title: `${name} does not work now`, text }, null),
    },
  );
  return (
    <Menu
      trigger={
        <IconButton icon={Ellipsis} label={`More for ${name}`} aria-busy={test.isPending || undefined} />
      }
      groups={[
        [
          { label: 'Test', icon: FlaskConical, disabled: test.isPending, onSelect: () => test.mutate() },
          { label: 'What is kept…', icon: CalendarClock, onSelect: () => onAct('keep', destination) },
          ...(isReadable
            ? []
            : [
                {
                  label: 'Who can decrypt…',
                  icon: LockKeyholeOpen,
                  onSelect: () => onAct('recipients', destination),
                },
              ]),
        ],
        ...(kind === 's3'
          ? [
              [
                { label: 'About the bucket', icon: Info, onSelect: () => onAct('bucket', destination) },
                {
                  label: 'Replace credentials…',
                  icon: KeyRound,
                  onSelect: () => onAct('credentials', destination),
                },
              ],
            ]
          : []),
        [{ label: 'Remove…', icon: Trash2, onSelect: () => onAct('remove', destination) }],
      ]}
    />
  );
}
