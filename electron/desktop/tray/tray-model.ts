import type { components } from '../../api-types.d.ts';
import type { UpdateState } from '../bridge/bridge-contract.ts';

type Status = components['schemas']['VaultStatus'];
type Recovery = components['schemas']['Recovery'];
type Reason = components['schemas']['KeyHealthReason'];

/** The part of `/api/vault/status` that the tray shows. */
export interface TrayVault extends Pick<Status, 'state' | 'case' | 'refused' | 'idle_minutes'> {
  custody: Pick<Status['custody'], 'name'>;
  database: Pick<Status['database'], 'state'>;
  health: Pick<Status['health'], 'level' | 'attention'> & {
    /** The worst first. */
    reasons: readonly Pick<Reason, 'code' | 'level' | 'snoozed_until'>[];
    recovery: Pick<Recovery, 'has_destinations' | 'is_running' | 'destinations'> | null;
  };
  rotation: Pick<NonNullable<Status['rotation']>, 'state' | 'moved' | 'total'> | null;
}

export interface TrayInput {
  vault: TrayVault;
  /** Unusual readings of secrets that nobody dismissed. */
  unusual: number;
  /** Address of the console for a browser on this machine; null while paused or without a port. */
  address: string | null;
  isPaused: boolean;
  updates: UpdateState;
}

/** Four shapes that differ without colour. */
export type TrayShape = 'running' | 'working' | 'attention' | 'locked';

export type TrayAction =
  | 'open'
  | 'copy_address'
  | 'back_up'
  | 'lock'
  | 'unlock'
  | 'key'
  | 'pause'
  | 'resume'
  | 'check_for_updates'
  | 'install_update'
  | 'quit';

/** A label, an action, or a separator. */
export type TrayItem =
  | { kind: 'status'; label: string }
  | { kind: 'action'; label: string; action: TrayAction; isEnabled: boolean }
  | { kind: 'separator' };

export interface TrayPicture {
  shape: TrayShape;
  tooltip: string;
  items: TrayItem[];
}

/** Computes the whole tray from the state of the instance, so that it is redrawn and never patched. */
export function pictureTray(input: TrayInput): TrayPicture {
  const shape = chooseShape(input);
  return {
    shape,
    tooltip: `Temps: ${sayTooltip(shape, input)}`,
    items: [
      { kind: 'status', label: sayStatus(shape, input) },
      { kind: 'separator' },
      action('Open Temps', 'open'),
      action('Copy console address', 'copy_address', input.address !== null),
      { kind: 'separator' },
      input.vault.state === 'locked' ? action('Unlock…', 'unlock') : action('Lock now', 'lock'),
      backUpItem(input.vault),
      action('Encryption key…', 'key'),
      { kind: 'separator' },
      input.isPaused ? action('Resume', 'resume') : action('Pause instance', 'pause'),
      ...updateItems(input.updates),
      action('Quit Temps', 'quit'),
    ],
  };
}

function action(label: string, name: TrayAction, isEnabled = true): TrayItem {
  return { kind: 'action', label, action: name, isEnabled };
}

/** Most urgent first: a locked vault before all, then running work, then what can wait. */
function chooseShape({ vault, unusual }: TrayInput): TrayShape {
  if (vault.state === 'locked') return 'locked';
  if (vault.database.state !== 'ok') return 'attention';
  if (vault.rotation?.state === 'sealing' || isBackingUp(vault)) return 'working';
  return isAtRisk(vault) || unusual > 0 ? 'attention' : 'running';
}

export const isBackingUp = ({ health }: TrayVault): boolean => health.recovery?.is_running === true;

/** Stays where it is while it cannot be used, and says why. */
function backUpItem(vault: TrayVault): TrayItem {
  if (vault.state === 'locked') return action('Back up now: waits for the key', 'back_up', false);
  if (isBackingUp(vault)) return action('Backing up…', 'back_up', false);
  return vault.health.recovery?.has_destinations
    ? action('Back up now', 'back_up')
    : action('Say where backups go…', 'back_up');
}

/** The worst reason that was not postponed; null where there is none. */
export const findReason = ({ health }: TrayVault): Pick<Reason, 'code' | 'level'> | null =>
  health.reasons.find(({ snoozed_until }) => snoozed_until === null) ?? null;

function isAtRisk(vault: TrayVault): boolean {
  const level = findReason(vault)?.level;
  return level === 'at_risk' || level === 'broken';
}

function sayStatus(shape: TrayShape, input: TrayInput): string {
  const { vault } = input;
  const words = sayWords(shape, input);
  if (shape === 'working' && vault.rotation?.state === 'sealing')
    return `Rotating: ${count(vault.rotation.moved)} of ${count(vault.rotation.total)} values`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function sayTooltip(shape: TrayShape, input: TrayInput): string {
  const { rotation } = input.vault;
  if (shape !== 'working' || rotation?.state !== 'sealing') return sayWords(shape, input).replace(': ', ', ');
  return `rotating the key, ${rotation.total === 0 ? 100 : Math.floor((rotation.moved / rotation.total) * 100)} %`;
}

function sayWords(shape: TrayShape, { vault, unusual, isPaused }: TrayInput): string {
  if (shape === 'locked') return `locked: ${sayCase(vault)}`;
  if (vault.database.state !== 'ok') return databaseWords[vault.database.state];
  if (shape === 'working') return 'backing up';
  const reason = findReason(vault);
  if (reason !== null && isAtRisk(vault)) return reasonWords[reason.code];
  if (unusual > 0) return 'unusual access, see Home';
  const instance = isPaused ? 'paused' : 'running';
  if (reason !== null) return `${instance}, ${reasonWords[reason.code]}`;
  return vault.health.level === 'ok'
    ? `${instance}, key OK`
    : `${instance}, ${levelWords[vault.health.level]}`;
}

/** With every reason postponed. */
const levelWords: Record<Exclude<Status['health']['level'], 'ok'>, string> = {
  due: 'something is due',
  at_risk: 'at risk',
  broken: 'broken',
};

const reasonWords: Record<Reason['code'], string> = {
  locked: 'key broken, see why',
  custody_disagrees: 'key broken, see why',
  no_separate_copy: 'key at risk: no verified copy',
  proof_stale: 'key at risk: verify a copy',
  proof_due: 'verify a copy',
  only_copy_beside_backups: 'copy and backups in one place',
  backup_drill_failed: 'a backup does not open',
  backup_never: 'at risk: no backup yet',
  backup_gone: 'at risk: backup destination gone',
  backup_not_apart: 'at risk: no separate backup',
  backup_missing: 'a backup is missing',
  backup_other_writer: 'another computer makes backups',
  backup_needs_old_key: 'backup needs an older key',
  backup_not_drilled: 'no backup was drilled',
  backup_old: 'at risk: backup too old',
  backup_drive_due: 'a drive for backups is due',
  backup_waits_for_key: 'backups wait for the key',
};

const databaseWords: Record<Exclude<Status['database']['state'], 'ok'>, string> = {
  gone: 'database gone, read only',
  damaged: 'database damaged, read only',
  taken: 'taken over by another process',
  full: 'disk full, nothing is saved',
  read_only: 'disk read only, nothing is saved',
  failing: 'disk failing, nothing is saved',
};

function sayCase(vault: TrayVault): string {
  switch (vault.case) {
    case 'missing':
      return 'key missing';
    case 'waiting':
      if (vault.custody.name === 'passphrase') return 'passphrase needed';
      if (vault.custody.name !== 'keychain') return 'key file unreadable';
      return vault.refused ? 'no keychain' : 'keychain locked';
    case 'old_key':
      return 'an older key found';
    case 'foreign_key':
      return 'another key found';
    case 'relocated':
      return 'moved or copied?';
    case 'locked_when_idle':
      return `nobody used it for ${vault.idle_minutes === 1 ? '1 minute' : `${vault.idle_minutes} minutes`}`;
    case 'locked_with_screen':
      return 'with the screen';
    default:
      return 'on request';
  }
}

/** Without a feed there is no menu item. */
function updateItems(updates: UpdateState): TrayItem[] {
  switch (updates.state) {
    case 'off':
      return [];
    case 'checking':
      return [action('Checking for updates…', 'check_for_updates', false)];
    case 'loading':
      return [
        action(
          `Downloading version ${updates.version}, ${Math.floor(updates.percent)} %`,
          'check_for_updates',
          false,
        ),
      ];
    case 'ready':
      return [action(`Restart with version ${updates.version}`, 'install_update')];
    default:
      return [action('Check for updates', 'check_for_updates')];
  }
}

const count = (value: number) => value.toLocaleString('en');
