import { proofDays, type VaultStatus } from './vault.ts';

const lockedWords: Record<string, string> = {
  missing: 'key missing',
  waiting: 'waiting for the keychain',
  old_key: 'an older key found',
  foreign_key: 'another key found',
  locked_by_owner: 'by you',
};

/** The level of the key's health and what is behind it, as short as the sidebar needs. */
export function healthWords(vault: VaultStatus): { level: string; more: string } {
  if (vault.state === 'locked') return { level: 'Locked', more: lockedWords[vault.case] ?? 'no key' };
  if (vault.rotation?.state === 'sealing') {
    const { moved, total } = vault.rotation;
    return { level: 'OK', more: `rotating, ${total === 0 ? 100 : Math.floor((moved / total) * 100)} %` };
  }
  const days = proofDays(vault);
  const proven =
    days === null
      ? 'no proven copy'
      : days === 0
        ? 'proven today'
        : `proven ${days} ${days === 1 ? 'day' : 'days'} ago`;
  switch (vault.health.level) {
    case 'ok':
      return { level: 'OK', more: vault.secrets.total === 0 ? 'nothing to lose yet' : proven };
    case 'due':
      return { level: 'Due', more: proven };
    case 'at_risk':
      return { level: 'At risk', more: proven };
    case 'broken':
      return { level: 'Broken', more: 'see why' };
  }
}
