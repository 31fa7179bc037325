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
  /** Created anew by the instance itself: nothing is lost with it. */
  is_replaceable: boolean;
  /** How a new value is asked for, and what is said once there is one. */
  renewal: { button: string; done: string } | null;
}

const kinds: Partial<Record<SecretKind, KindWords>> = words.secret_kinds;

/** As its capability declares it; a kind of a newer version goes by its name. */
export function wordsOfKind(kind: SecretKind): KindWords {
  const name = kind.replaceAll('_', ' ');
  return kinds[kind] ?? { label: name, one: name, many: name, is_replaceable: false, renewal: null };
}

export const groupLabels: Record<SecretGroup, string> = words.secret_groups;

export type CountsByKind = Partial<Record<SecretKind, number>>;

/** Values that a lost key would take with it. */
export function countToLose(byKind: CountsByKind): number {
  return Object.entries(byKind).reduce(
    (sum, [kind, count]) => (wordsOfKind(kind as SecretKind).is_replaceable ? sum : sum + count),
    0,
  );
}

/** "12 variables, 2 API keys and 1 second factor", the most first, without what is made anew by itself. */
export function listToLose(byKind: CountsByKind): string {
  const parts = (Object.entries(byKind) as [SecretKind, number][])
    .filter(([kind, count]) => count > 0 && !wordsOfKind(kind).is_replaceable)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => formatCount(count, wordsOfKind(kind).one, wordsOfKind(kind).many));
  const last = parts.pop();
  if (last === undefined) return '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
