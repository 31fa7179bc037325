import { formats } from '../key/copy/copy-formats.ts';
import { countToLose, listToLose } from '../secrets/secret-words.ts';
import { formatCount } from '../ui/time.ts';
import { caseWords } from '../vault-state/case-words.ts';
import { sayWhatCopyOpens, WITHOUT_BACKUP } from '../vault-state/copy-promise.ts';
import { proofDays, type VaultStatus } from '../vault-state/vault.ts';

/** What would become of the secrets if this computer died today: the one sentence of Home. */
export function sayOutcome(vault: VaultStatus): string {
  if (vault.state === 'locked') {
    const { why } = caseWords(vault);
    const waiting = formatCount(vault.secrets.total, 'value');
    return `${why[0]?.toUpperCase()}${why.slice(1)}. ${waiting} ${vault.secrets.total === 1 ? 'waits' : 'wait'} for the key.`;
  }
  const lost = countToLose(vault.secrets.at_stake);
  const { place, format } = vault.proof;
  if (format === null || place === null) {
    if (lost === 0 && vault.health.level === 'at_risk')
      return 'Whatever is sealed under this new key is lost with this computer. Make a copy of it first.';
    return lost === 0
      ? 'Nothing is sealed yet that could be lost. The first secret makes a copy of the key worth having.'
      : `If this computer died today, ${listToLose(vault.secrets.at_stake)} would be lost.`;
  }
  const copy = `the ${formats[format].kept} “${place}”`;
  const start = `${copy[0]?.toUpperCase()}${copy.slice(1)}`;
  const days = proofDays(vault) ?? 0;
  switch (vault.health.level) {
    case 'at_risk':
    case 'broken':
      return `${start}, last verified ${formatCount(days, 'day')} ago, is all that could decrypt this database elsewhere.`;
    case 'due':
      return `${sayWhatCopyOpens(start, lost)} Verify it again: it was last read ${formatCount(days, 'day')} ago.`;
    default:
      return lost === 0
        ? `${start} is ready for the first secret.`
        : `${sayWhatCopyOpens(start, lost)} ${WITHOUT_BACKUP}`;
  }
}
