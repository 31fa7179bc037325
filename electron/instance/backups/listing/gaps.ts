import { formatDay } from '../../vault/key/known-backups.ts';
import type { Backup } from '../backups.ts';
import type { Manifest } from '../format/manifest.ts';

/** Numbers that follow each other, both included. */
export interface Run {
  from: number;
  to: number;
}

/** The numbers that are missing between the lowest and the highest of those that are there, in any order. */
export function findGaps(numbers: readonly number[]): Run[] {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  return sorted.flatMap((number, at) => {
    const before = sorted[at - 1];
    return before === undefined || before === number - 1 ? [] : [{ from: before + 1, to: number - 1 }];
  });
}

/** More are not named: who removes all but one of each month leaves as many gaps. */
const MAX_RUNS = 6;
const list = new Intl.ListFormat('en');

/** "no. 2, 5 and 6" or "no. 2 and 5 to 9". */
export function sayNumbers(runs: readonly Run[]): string {
  const named = runs
    .slice(0, MAX_RUNS)
    .flatMap(({ from, to }) => (to - from < 2 ? [...new Set([from, to])].map(String) : [`${from} to ${to}`]));
  const more = runs.length > MAX_RUNS ? ['others'] : [];
  return `no. ${list.format([...named, ...more])}`;
}

/** What is missing among the backups of one writer that were found in a place. */
export interface FoundGap extends Run {
  instanceId: string;
  writerId: string;
}

/** Of each writer by itself: each counts its own, at all destinations. The one whose backup is the newest first. */
export function findFoundGaps(
  manifests: readonly Pick<Manifest, 'instanceId' | 'writerId' | 'sequence'>[],
): FoundGap[] {
  const byWriter = Map.groupBy(manifests, ({ instanceId, writerId }) => `${instanceId} ${writerId}`);
  return [...byWriter.values()].flatMap((own) =>
    own
      .slice(0, 1)
      .flatMap(({ instanceId, writerId }) =>
        findGaps(own.map(({ sequence }) => sequence)).map((run) => ({ instanceId, writerId, ...run })),
      ),
  );
}

export const NEWER_UNKNOWN = 'Whether there are newer ones elsewhere is not known here.';

/**
 * What a place does not have, in words. Nothing but the manifests there is known, so that a number that is missing is no
 * alarm: it may have failed, been removed as the retention says, or be at another destination.
 *
 * @param unreadable how many backups there have a manifest that cannot be used: their numbers are not known.
 */
export function describeFoundGaps(gaps: readonly FoundGap[], unreadable: number): string[] {
  const byWriter = Map.groupBy(gaps, ({ writerId }) => writerId);
  return [...byWriter].map(([writerId, runs]) => {
    const isOne = runs.length === 1 && runs[0]?.from === runs[0]?.to;
    const [they, are, were] = isOne ? ['it', 'is', 'was'] : ['they', 'are', 'were'];
    const cannot = unreadable > 0 ? `, ${are} among those that cannot be read` : '';
    const of = byWriter.size > 1 ? ` of the data directory ${writerId}` : '';
    const said = `${sayNumbers(runs)}${of} ${are} not here: ${they} failed, ${were} removed${cannot}, or ${are} elsewhere.`;
    return `N${said.slice(1)}`;
  });
}

/** A backup of the list, by its number where it has one. */
export function nameBackup({ sequence, takenAt }: Pick<Backup, 'sequence' | 'takenAt'>): string {
  return `${sequence === null ? 'The backup' : `Backup no. ${sequence}`} of ${formatDay(takenAt)}`;
}

/**
 * What it means that a backup of the list is gone; null for one that is not. What this data directory removes it removes from
 * the list as well; what another did is not known here.
 *
 * @param ownWriterId of this data directory; null before its first backup.
 */
export function describeGone(
  backup: Pick<Backup, 'sequence' | 'takenAt' | 'goneAt' | 'writerId' | 'destination'>,
  ownWriterId: string | null,
): string | null {
  if (backup.goneAt === null) return null;
  const gone = `${nameBackup(backup)} is not at ${backup.destination} any more`;
  return backup.writerId === ownWriterId
    ? `${gone}, and this instance did not remove it.`
    : `${gone}. Another data directory made it, and may have removed it.`;
}
