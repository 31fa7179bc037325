import { words } from '../api/words.ts';
import { daysBetween, formatAge, formatCount, serverNow } from '../ui/time.ts';
import type { VaultStatus } from './vault.ts';

export type HealthReason = VaultStatus['health']['reasons'][number];

/** Reasons as declared by the instance: a title, and the button that helps. */
export const reasonWords = words.health_reasons;

/** A level of the key's half. */
export const levelWords: Record<VaultStatus['health']['level'], string> = {
  ok: 'Key OK',
  due: 'Verification due',
  at_risk: 'Key at risk',
  broken: 'Key broken',
};

/** Reasons of one half, the worst first. */
export const reasonsOf = ({ health }: Pick<VaultStatus, 'health'>, half: HealthReason['half']) =>
  health.reasons.filter((reason) => reason.half === half);

/** One half of health as a short line. */
export interface HalfWords {
  half: HealthReason['half'];
  level: VaultStatus['health']['level'];
  word: string;
  more: string;
}

/** Both halves for the sidebar, the worse one first. */
export function sayHalves(vault: VaultStatus, nowMs = serverNow()): HalfWords[] {
  const { key, backup } = vault.health.halves;
  const both: HalfWords[] = [
    { half: 'key', level: key, word: 'Key copy', more: sayKey(vault, nowMs) },
    { half: 'backup', level: backup, word: 'Backup', more: sayBackup(vault, nowMs) },
  ];
  const worst = both.find(({ level }) => level === vault.health.level);
  return worst?.half === 'backup' ? both.toReversed() : both;
}

function sayKey(vault: VaultStatus, nowMs: number): string {
  if (vault.rotation?.state === 'sealing') {
    const { moved, total } = vault.rotation;
    return `rotating, ${total === 0 ? 100 : Math.floor((moved / total) * 100)} %`;
  }
  if (vault.health.halves.key === 'broken') return 'see why';
  const at = vault.proof.verified_at;
  if (at === null) return vault.health.halves.key === 'ok' ? 'no secrets yet' : 'not verified';
  const days = daysBetween(at, nowMs);
  return days === 0 ? 'today' : formatCount(days, 'day');
}

const backupWords: Partial<Record<HealthReason['code'], string>> = {
  backup_drill_failed: 'drill failed',
  backup_never: 'none yet',
  backup_gone: 'place is gone',
  backup_not_apart: 'not separate',
  backup_missing: 'backup missing',
  backup_other_writer: 'another computer',
  backup_needs_old_key: 'older key',
  backup_not_drilled: 'not drilled',
  backup_waits_for_key: 'waits for the key',
  backup_drive_due: 'drive is due',
};

function sayBackup(vault: VaultStatus, nowMs: number): string {
  const { recovery } = vault.health;
  if (recovery === null) return 'not known';
  const code = reasonsOf(vault, 'backup')[0]?.code;
  const words = code === undefined ? undefined : backupWords[code];
  return words ?? (recovery.backup_at === null ? 'none yet' : formatAge(nowMs - recovery.backup_at));
}
