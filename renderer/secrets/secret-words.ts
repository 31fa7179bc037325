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

/** Number of values that would be lost with the key. */
export function countToLose(byKind: CountsByKind): number {
  return Object.entries(byKind).reduce(
    (sum, [kind, count]) => (wordsOfKind(kind as SecretKind).is_replaceable ? sum : sum + count),
    0,
  );
}

/**
 * "12 variables, 2 API keys and 1 second factor", largest first, without what the instance can create again itself.
 */
export function listToLose(byKind: CountsByKind): string {
  const parts = (Object.entries(byKind) as [SecretKind, number][])
    .filter(([kind, count]) => count > 0 && !wordsOfKind(kind).is_replaceable)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => formatCount(count, wordsOfKind(kind).one, wordsOfKind(kind).many));
  const last = parts.pop();
  if (last === undefined) return '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
