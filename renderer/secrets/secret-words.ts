import type { components } from '../api/schema.ts';
import { words } from '../api/words.ts';
import { formatCount } from '../ui/time.ts';

export type SecretKind = components['schemas']['SecretKind'];
export type SecretGroup = components['schemas']['SecretGroup'];

interface KindWords {
  /** In a column. */
  label: string;
  one: string;
  many: string;
  /** The instance can create a new one itself, so nothing is lost. */
  is_replaceable: boolean;
  /** Texts for creating a new value: the button, and once done. */
  renewal: { button: string; done: string } | null;
}

const kinds: Partial<Record<SecretKind, KindWords>> = words.secret_kinds;

/** As declared by its capability; an unknown kind of a newer version is shown by its name. */
export function wordsOfKind(kind: SecretKind): KindWords {
  const name = kind.replaceAll('_', ' ');
  return kinds[kind] ?? { label: name, one: name, many: name, is_replaceable: false, renewal: null };
}

export const groupLabels: Record<SecretGroup, string> = words.secret_groups;

export type CountsByKind = Partial<Record<SecretKind, number>>;

type SecretCounts = components['schemas']['VaultStatus']['secrets'];

/** "15 secrets (12 earlier versions)", "15 secrets", "12 earlier versions". */
export function sayWithVersions(count: number, versions: number, one: string, many = `${one}s`): string {
  const before = formatCount(versions, 'earlier version');
  if (count === 0 && versions > 0) return before;
  return `${formatCount(count, one, many)}${versions === 0 ? '' : ` (${before})`}`;
}

/** Every secret, whichever key it is encrypted with. */
export const sayAllSecrets = ({ total, versions }: SecretCounts) =>
  sayWithVersions(total, versions, 'secret');

/** What the key in use encrypts. */
export const saySecretsOfKey = ({ at_stake, versions_at_stake }: SecretCounts) =>
  sayWithVersions(sum(at_stake), sum(versions_at_stake), 'secret');

/** Encrypted values: the one of each secret, and those that secrets had before. */
export const countValues = ({ total, versions }: SecretCounts) => total + versions;

const sum = (byKind: CountsByKind) => Object.values(byKind).reduce((all, count) => all + count, 0);

/** Number of secrets that would be lost with the key. */
export function countToLose({ at_stake }: Pick<SecretCounts, 'at_stake'>): number {
  return Object.entries(at_stake).reduce(
    (all, [kind, count]) => (wordsOfKind(kind as SecretKind).is_replaceable ? all : all + count),
    0,
  );
}

/**
 * "12 variables (30 earlier versions), 2 API keys and 1 second factor", largest first, without what the instance can
 * create again itself.
 */
export function listToLose({
  at_stake,
  versions_at_stake,
}: Pick<SecretCounts, 'at_stake' | 'versions_at_stake'>): string {
  const parts = (Object.entries(at_stake) as [SecretKind, number][])
    .filter(([kind, count]) => count > 0 && !wordsOfKind(kind).is_replaceable)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) =>
      sayWithVersions(count, versions_at_stake[kind] ?? 0, wordsOfKind(kind).one, wordsOfKind(kind).many),
    );
  const last = parts.pop();
  if (last === undefined) return '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
