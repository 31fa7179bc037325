import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';

export const WORD_COUNT = 24;
const none: readonly string[] = [];

/** The 2048 words of BIP-39, which are public. Empty until they are loaded. */
export function useWordList(): readonly string[] {
  const list = useQuery({
    queryKey: ['words'],
    queryFn: () => ask(client.GET('/vault/words/list')),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return list.data?.words ?? none;
}

/** The words of pasted text: numbers, punctuation and case do not matter, lines that begin with # are notes. */
export function splitWords(text: string): string[] {
  return text
    .replace(/^\s*#.*$/gm, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** The only word on the list that starts like this, or null if there are several. */
export function findCompletion(list: readonly string[], typed: string): string | null {
  if (typed === '') return null;
  const [first, second] = list.filter((word) => word.startsWith(typed));
  if (list.includes(typed)) return typed;
  return first !== undefined && second === undefined ? first : null;
}

/**
 * Whether this is a word of the list, or the first letters of just one: four are enough for any (BIP-39), and the
 * instance completes them.
 */
export function isMeantWord(list: readonly string[], typed: string): boolean {
  return list.includes(typed) || (typed.length >= 4 && findCompletion(list, typed) !== null);
}

/** The instance's check of typed words, with the nearest ones for what is not on the list. They are stored nowhere. */
export function checkWords(words: string[]) {
  return ask(client.POST('/vault/words/check', { body: { words } }));
}
