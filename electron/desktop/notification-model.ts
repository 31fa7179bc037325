import { tellOfBackups } from './backups/backup-notices.ts';
import { findReason, type TrayVault } from './tray/tray-model.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface DueNotification {
  title: string;
  body: string;
  /** The page of the console to open. */
  path: string;
}

export interface NotificationMemory {
  /** When the user was last notified of a key at risk, in Unix milliseconds. */
  riskToldAt: number | null;
  /** The previous status; null at the start, when only a key at risk is notified. */
  last: TrayVault | null;
}

const noSeparateCopy: DueNotification = {
  title: 'Your key has no verified copy',
  body: 'If this machine is lost, every secret on it is lost. Make a copy; it takes two minutes.',
  path: '/key/copy',
};

/** Of reasons that mean a loss with this machine, other than that the key has no copy. */
const riskWords: Partial<Record<TrayVault['health']['reasons'][number]['code'], DueNotification>> = {
  backup_never: {
    title: 'Your database has no backup',
    body: 'If this machine is lost, everything on it is lost. Say where backups go; it takes two minutes.',
    path: '/backups',
  },
  backup_not_apart: {
    title: 'Your backups are in no separate place',
    body: 'If this machine is lost, they may be lost with it. Add a place that is not its disk.',
    path: '/backups',
  },
  backup_gone: {
    title: 'A backup destination is gone',
    body: 'The last backup there failed. See which one.',
    path: '/backups',
  },
  backup_old: {
    title: 'Your newest backup is too old',
    body: 'It is older than its schedule says. See why.',
    path: '/backups',
  },
};

/**
 * The notification to show now, if any, and the new memory. A risk is notified once and then daily until it is
 * fixed or snoozed, another one at once; an unrequested lock once; the end of a rotation once; a backup that failed, and that it is well again, once.
 */
export function chooseNotification(
  vault: TrayVault,
  memory: NotificationMemory,
  nowMs: number,
): { due: DueNotification | null; memory: NotificationMemory } {
  const { last } = memory;
  const reason = vault.state === 'running' ? findReason(vault) : null;
  const isAtRisk = reason?.level === 'at_risk';
  const next: NotificationMemory = { riskToldAt: isAtRisk ? memory.riskToldAt : null, last: vault };
  if (last && last.database.state === 'ok' && vault.database.state !== 'ok')
    return {
      due: {
        title: 'The database is damaged',
        body: 'Nothing more is written to it. Your secrets were not changed.',
        path: '/',
      },
      memory: next,
    };
  const isMeant = ['locked_by_owner', 'locked_when_idle', 'locked_with_screen'].includes(vault.case);
  if (last?.state === 'running' && vault.state === 'locked' && !isMeant)
    return {
      due: {
        title: 'Temps is locked',
        body: 'Its key was not found. See how to unlock it.',
        path: '/key',
      },
      memory: next,
    };
  if (last?.rotation?.state === 'sealing' && vault.rotation?.state === 'done')
    return {
      due: {
        title: 'The key was rotated',
        body: `${vault.rotation.total.toLocaleString('en')} ${vault.rotation.total === 1 ? 'value is' : 'values are'} encrypted with the new key.`,
        path: '/key',
      },
      memory: next,
    };
  const ofBackups = tellOfBackups(vault, last);
  if (ofBackups) return { due: ofBackups, memory: next };
  const before = last?.state === 'running' ? findReason(last) : null;
  const isDue =
    memory.riskToldAt === null ||
    nowMs < memory.riskToldAt ||
    nowMs - memory.riskToldAt >= DAY_MS ||
    // What was told was another risk.
    (before !== null && before.code !== reason?.code);
  if (isAtRisk && isDue)
    return {
      due: riskWords[reason.code] ?? noSeparateCopy,
      memory: { ...next, riskToldAt: nowMs },
    };
  return { due: null, memory: next };
}
