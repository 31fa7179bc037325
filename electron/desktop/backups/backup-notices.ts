import type { TrayVault } from '../tray/tray-model.ts';

interface BackupNotice {
  title: string;
  body: string;
  path: '/backups';
}

type Destination = NonNullable<TrayVault['health']['recovery']>['destinations'][number];

/**
 * What changed at the destinations of backups since the last look: one that failed, a drive that can be removed after its
 * backup, or one that is well again, each told once. One that is gone from the list is neither; well is only what was shown anew.
 */
export function tellOfBackups(vault: TrayVault, last: TrayVault | null): BackupNotice | null {
  if (last === null) return null;
  const before = new Map(list(last).map((destination) => [destination.name, destination]));
  const known = list(vault).map((now) => ({ now, was: before.get(now.name) ?? null }));
  const failed = known.filter(({ now, was }) => now.failed !== null && now.failed !== (was?.failed ?? null));
  const [first] = failed;
  if (first) return { ...sayFailed(first.now, failed.length), path: '/backups' };
  const done = known.find(({ now, was }) => isDone(now, was));
  if (done)
    return {
      title: `${done.now.name} can be removed`,
      body: 'The backup there was made and verified. Nothing uses the drive now.',
      path: '/backups',
    };
  const well = known.find(({ now, was }) => isWellAgain(now, was));
  return well
    ? {
        title: `Backups at ${well.now.name} work again`,
        body: 'The newest one there was verified.',
        path: '/backups',
      }
    : null;
}

const list = ({ health }: TrayVault): readonly Destination[] => health.recovery?.destinations ?? [];

/** After a run alone: one that is plugged in again soon after is not used. */
function isDone(now: Destination, was: Destination | null): boolean {
  if (was === null || now.failed !== null || now.drive !== 'can_be_removed') return false;
  return was.drive === 'in_use' || (was.drive !== now.drive && (now.good_at ?? 0) > (was.good_at ?? 0));
}

function isWellAgain(now: Destination, was: Destination | null): boolean {
  return (
    was !== null && was.failed !== null && now.failed === null && (now.good_at ?? 0) > (was.good_at ?? 0)
  );
}

function sayFailed({ name, failed }: Destination, count: number): Omit<BackupNotice, 'path'> {
  const others = count > 1 ? ` So did others: ${count} in all.` : '';
  return failed === 'drill'
    ? {
        title: `A backup at ${name} does not open`,
        body: `Its restore drill failed. Make a new one, and see why.${others}`,
      }
    : { title: `The backup at ${name} failed`, body: `Earlier ones are untouched. See why.${others}` };
}
