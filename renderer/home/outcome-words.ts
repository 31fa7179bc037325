import { formats } from '../key/copy/copy-formats.ts';
import { countToLose, listToLose, sayAllSecrets } from '../secrets/secret-words.ts';
import { formatCount } from '../ui/time.ts';
import { caseWords } from '../vault-state/case-words.ts';
import { sayWhatCopyOpens, WITHOUT_BACKUP } from '../vault-state/copy-promise.ts';
import { daysSinceVerified, type VaultStatus } from '../vault-state/vault.ts';

/**
 * Home's main sentence: what would be left if this computer were lost today. Once there is somewhere for backups to go,
 * it is what the instance says of both halves.
 */
export function sayOutcome(vault: VaultStatus): string {
  const { recovery } = vault.health;
  if (vault.state === 'locked') {
    const { why } = caseWords(vault);
    const waiting = sayAllSecrets(vault.secrets);
    return `${why[0]?.toUpperCase()}${why.slice(1)}. ${waiting} cannot be decrypted until the key is available.`;
  }
  if (recovery?.has_destinations) return recovery.sentence;
  const lost = countToLose(vault.secrets);
  const { place, format } = vault.proof;
  if (format === null || place === null) {
    if (lost === 0 && vault.health.halves.key === 'at_risk')
      return 'Anything encrypted with this new key is lost with this computer. Make a copy of the key first.';
    return lost === 0
      ? 'There are no secrets to lose yet. Make a copy of the key when you add the first one.'
      : `If this computer died today, ${listToLose(vault.secrets)} would be lost.`;
  }
  const copy = `the ${formats[format].kept} “${place}”`;
  const start = `${copy[0]?.toUpperCase()}${copy.slice(1)}`;
  const days = daysSinceVerified(vault) ?? 0;
  switch (vault.health.halves.key) {
    case 'at_risk':
    case 'broken':
      return `${start}, last verified ${formatCount(days, 'day')} ago, is the only copy that could decrypt this database elsewhere.`;
    case 'due':
      return `${sayWhatCopyOpens(start, lost)} Verify it again: it was last verified ${formatCount(days, 'day')} ago.`;
    default:
      return lost === 0
        ? `${start} is ready for the first secret.`
        : recovery === null
          ? sayWhatCopyOpens(start, lost)
          : `${sayWhatCopyOpens(start, lost)} ${WITHOUT_BACKUP}`;
  }
}
