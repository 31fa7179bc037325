import { words } from '../api/words.ts';
import { caseWords } from './case-words.ts';
import { daysSinceVerified, type VaultStatus } from './vault.ts';

export type HealthReason = VaultStatus['health']['reasons'][number];

/** Reasons as declared by the instance: a title, and the button that helps. */
export const reasonWords = words.health_reasons;

/** A level of the key's health: as a word next to the key, and on its own. */
export const levelWords: Record<VaultStatus['health']['level'], { word: string; alone: string }> = {
  ok: { word: 'OK', alone: 'Key OK' },
  due: { word: 'Due', alone: 'Verification due' },
  at_risk: { word: 'At risk', alone: 'Key at risk' },
  broken: { word: 'Broken', alone: 'Key broken' },
};

/** The level of the key's health and its reason, as short texts for the sidebar. */
export function healthWords(vault: VaultStatus): { level: string; more: string } {
  if (vault.state === 'locked') return { level: 'Locked', more: caseWords(vault).short };
  const level = levelWords[vault.health.level].word;
  if (vault.rotation?.state === 'sealing') {
    const { moved, total } = vault.rotation;
    return { level, more: `rotating, ${total === 0 ? 100 : Math.floor((moved / total) * 100)} %` };
  }
  if (vault.health.level === 'broken') return { level, more: 'see why' };
  const days = daysSinceVerified(vault);
  if (days === null)
    return { level, more: vault.health.level === 'ok' ? 'no secrets yet' : 'no verified copy' };
  return {
    level,
    more: days === 0 ? 'verified today' : `verified ${days} ${days === 1 ? 'day' : 'days'} ago`,
  };
}
