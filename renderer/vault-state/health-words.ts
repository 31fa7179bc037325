import { proofDays, type VaultStatus } from './vault.ts';

export type HealthReason = VaultStatus['health']['reasons'][number];

export interface Help {
  label: string;
  to: '/key' | '/key/copy' | '/key/verify';
}

const helps: Record<HealthReason['code'], Help> = {
  locked: { label: 'Unlock…', to: '/key' },
  custody_disagrees: { label: 'See why', to: '/key' },
  drill_failed: { label: 'See why', to: '/key' },
  no_separate_copy: { label: 'Make a copy', to: '/key/copy' },
  proof_stale: { label: 'Verify a copy', to: '/key/verify' },
  proof_due: { label: 'Prove it', to: '/key/verify' },
  only_copy_beside_backups: { label: 'Make a copy', to: '/key/copy' },
};

/** The one button that helps against a reason. */
export const helpFor = (code: HealthReason['code']): Help => helps[code];

function sayCase(vault: VaultStatus): string {
  switch (vault.case) {
    case 'missing':
      return 'key missing';
    case 'waiting':
      if (vault.custody.name === 'passphrase') return 'passphrase needed';
      if (vault.custody.name !== 'keychain') return 'file unreadable';
      return vault.refused ? 'no keychain' : 'keychain locked';
    case 'old_key':
      return 'an older key';
    case 'foreign_key':
      return 'another key';
    default:
      return 'on request';
  }
}

/** The level of the key's health and what is behind it, as short as the sidebar needs. */
export function healthWords(vault: VaultStatus): { level: string; more: string } {
  if (vault.state === 'locked') return { level: 'Locked', more: sayCase(vault) };
  const level = levelWords[vault.health.level];
  if (vault.rotation?.state === 'sealing') {
    const { moved, total } = vault.rotation;
    return { level, more: `rotating, ${total === 0 ? 100 : Math.floor((moved / total) * 100)} %` };
  }
  if (vault.health.level === 'broken') return { level, more: 'see why' };
  const days = proofDays(vault);
  if (days === null)
    return { level, more: vault.health.level === 'ok' ? 'nothing to lose yet' : 'no proven copy' };
  return { level, more: days === 0 ? 'proven today' : `proven ${days} ${days === 1 ? 'day' : 'days'} ago` };
}

const levelWords: Record<VaultStatus['health']['level'], string> = {
  ok: 'OK',
  due: 'Due',
  at_risk: 'At risk',
  broken: 'Broken',
};
