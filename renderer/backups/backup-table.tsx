import { ArchiveRestore, CheckCheck, Ellipsis, FileDown, RotateCcw, Trash2 } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { actionsColumn, RowName, Table, type TableStates } from '../ui/table.tsx';
import { formatClock, formatExact, formatShortDay } from '../ui/time.ts';
import { type Backup, useKeyVersions } from './backup-queries.ts';
import { describeDrill, describeKept, describeState, sizeOf, whyWords } from './backup-words.ts';
import { StateMark } from './state-mark.tsx';

interface BackupTableProps extends TableStates {
  backups: readonly Backup[];
  /** Absent for callers who may not. */
  acts?: BackupActs | undefined;
}

export interface BackupActs {
  onDelete(backup: Backup): void;
  /** Null while the vault is locked, which they need. */
  onTry: ((backup: Backup, how: TryHow) => void) | null;
  /** One trial at a time: until it has ended, and the list shows it, no other can be chosen. */
  isTrying: boolean;
  onExport: (backup: Backup) => void;
  /** Null for callers who may not. */
  onRestore: ((backup: Backup) => void) | null;
}

/** `verify` reads every stored byte again; `drill` does all that a restore does before it replaces anything. */
export type TryHow = 'verify' | 'drill';

const nameOf = ({ taken_at }: Backup) => `${formatShortDay(taken_at)} ${formatClock(taken_at)}`;

export function BackupTable({ backups, acts, ...states }: BackupTableProps) {
  return (
    <Table
      {...states}
      label="Backups"
      className="table-tall backup-table"
      rows={backups}
      rowKey={({ id }) => id}
      rowClass={(backup) =>
        describeState(backup).tone === 'bad' || backup.drill_result === 'failed' ? 'is-bad' : ''
      }
      columns={[
        {
          name: 'Created',
          isRowHeader: true,
          width: 'w-40 max-phone:w-36',
          title: ({ taken_at }) => formatExact(taken_at),
          cell: (backup) => (
            <RowName
              name={nameOf(backup)}
              below={
                <>
                  <span className="max-phone:hidden">{whyWords[backup.why]}</span>
                  <span className="phone:hidden" dir="auto">
                    {backup.destination}
                  </span>
                </>
              }
            />
          ),
        },
        {
          name: 'Where',
          width: 'w-32',
          className: 'max-phone:hidden',
          title: ({ destination }) => destination,
          cell: ({ destination }) => (
            <span className="block truncate" dir="auto">
              {destination}
            </span>
          ),
        },
        { name: 'Size', width: 'w-22', isNumber: true, className: 'max-wide:hidden', cell: sizeOf },
        {
          name: 'Key version',
          width: 'w-44',
          className: 'max-wide:hidden',
          cell: ({ key_fingerprint }) => <KeyVersion fingerprint={key_fingerprint} />,
        },
        { name: 'State', cell: (backup) => <StateMark state={describeState(backup)} /> },
        {
          name: 'Drilled',
          width: 'w-28',
          className: 'max-tablet:hidden',
          cell: (backup) => {
            const drill = describeDrill(backup);
            return drill === null ? <span className="quiet">–</span> : <StateMark state={drill} />;
          },
        },
        {
          name: 'Kept until',
          width: 'w-28',
          className: 'max-tablet:hidden',
          cell: (backup) => <span className="quiet">{describeKept(backup)}</span>,
        },
        ...(acts
          ? [
              actionsColumn<Backup>((backup) =>
                backup.state === 'running' ? null : (
                  <Menu
                    trigger={
                      <IconButton
                        icon={Ellipsis}
                        label={`More for the backup of ${formatExact(backup.taken_at)} at ${backup.destination}`}
                      />
                    }
                    groups={[
                      ...(backup.state === 'confirmed' && acts.onTry
                        ? [listTries(backup, acts.onTry, acts.isTrying)]
                        : []),
                      ...listRestore(backup, acts.onRestore),
                      ...(backup.state === 'failed'
                        ? []
                        : [[{ label: 'Export…', icon: FileDown, onSelect: () => acts.onExport(backup) }]]),
                      [{ label: 'Delete…', icon: Trash2, onSelect: () => acts.onDelete(backup) }],
                    ]}
                  />
                ),
              ),
            ]
          : []),
      ]}
    />
  );
}

function listTries(backup: Backup, onTry: NonNullable<BackupActs['onTry']>, disabled: boolean) {
  return [
    { label: 'Drill', icon: ArchiveRestore, disabled, onSelect: () => onTry(backup, 'drill') },
    { label: 'Verify', icon: CheckCheck, disabled, onSelect: () => onTry(backup, 'verify') },
  ];
}

function listRestore(backup: Backup, onRestore: BackupActs['onRestore']) {
  if (backup.state === 'failed' || !onRestore) return [];
  return [[{ label: 'Restore…', icon: RotateCcw, onSelect: () => onRestore(backup) }]];
}

/** The key it needs: its number where it is one of this instance's, and always its fingerprint. */
function KeyVersion({ fingerprint }: { fingerprint: string }) {
  const version = useKeyVersions().get(fingerprint);
  return (
    <span className="two-lines">
      {version && (
        <span className="block">
          {version.epoch}
          {version.state !== 'active' && `, ${version.state}`}
        </span>
      )}
      <small className="font-mono">{fingerprint}</small>
    </span>
  );
}
