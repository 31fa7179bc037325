import type { BackupDestinationState } from '../../vault/status/backup-half.ts';
import { type Backup, listBackups } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { listDestinations } from '../destinations/destinations.ts';
import { findWriter } from '../making/writer.ts';

/** What became of the last backup and the last drill at each destination, of this data directory. */
export function listDestinationStates(core: BackupsCore): BackupDestinationState[] {
  const writer = findWriter(core.ctx)?.writerId ?? null;
  return listDestinations(core).map(({ id, name }) => {
    const own = listBackups(core, id).filter(
      (backup) => backup.writerId === writer && !core.running.has(backup.id),
    );
    return { name, failed: findFailed(own), goodAt: findGood(own) };
  });
}

/** @param backups of a destination, the newest first. */
function findFailed(backups: readonly Backup[]): BackupDestinationState['failed'] {
  const [drilled] = backups
    .filter(({ drilledAt }) => drilledAt !== null)
    .toSorted((a, b) => (b.drilledAt ?? 0) - (a.drilledAt ?? 0));
  if (drilled?.drillResult === 'failed') return 'drill';
  // What somebody cancelled says nothing of the destination.
  const last = backups.find(({ error }) => error?.code !== 'cancelled');
  return last?.state === 'failed' ? 'backup' : null;
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
