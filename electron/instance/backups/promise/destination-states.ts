import type { BackupDestinationState } from '../../vault/status/backup-half.ts';
import { type Backup, DELETING, listBackups } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { type KnownDestination, listDestinations } from '../destinations/destinations.ts';
import { findWriter } from '../making/writer.ts';
import { findDriveState } from './drive-state.ts';

/** A destination, with the backups there that this data directory made, the newest first. */
export interface OwnBackups {
  known: KnownDestination;
  backups: readonly Backup[];
}

/** After a restore, and in a copy of a data directory, the list is of the past: what was deleted since is in it. */
export function listOwnBackups(core: BackupsCore): OwnBackups[] {
  const writer = findWriter(core.ctx)?.writerId ?? null;
  return listDestinations(core).map((known) => ({
    known,
    backups: listBackups(core, known.id).filter(({ writerId }) => writerId === writer),
  }));
}

/** What became of the last backup and the last drill there. */
export function describeState(core: BackupsCore, { known, backups }: OwnBackups): BackupDestinationState {
  const ended = backups.filter(({ id }) => !core.running.has(id));
  return {
    name: known.name,
    failed: findFailed(ended),
    goodAt: findGood(ended),
    drive: findDriveState(core, known.id, backups),
  };
}

function findFailed(backups: readonly Backup[]): BackupDestinationState['failed'] {
  if (findLastDrill(backups)?.drillResult === 'failed') return 'drill';
  // What somebody cancelled or deletes says nothing of the destination.
  const last = backups.find(({ error }) => error?.code !== 'cancelled' && error?.code !== DELETING.code);
  return last?.state === 'failed' ? 'backup' : null;
}

/** The backup that was drilled last, whatever came of it. */
export function findLastDrill(backups: readonly Backup[]): Backup | undefined {
  const [last] = backups
    .filter(({ drilledAt }) => drilledAt !== null)
    .toSorted((a, b) => (b.drilledAt ?? 0) - (a.drilledAt ?? 0));
  return last;
}

function findGood(backups: readonly Backup[]): number | null {
  const times = backups
    .flatMap(({ confirmedAt, drillResult, drilledAt }) => [
      confirmedAt,
      drillResult === 'passed' ? drilledAt : null,
    ])
    .filter((at) => at !== null);
  return times.length > 0 ? Math.max(...times) : null;
}
