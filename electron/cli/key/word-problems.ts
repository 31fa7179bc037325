import type { Schemas } from '../api-request.ts';
import { CommandError } from '../command-error.ts';

/** SECURITY: never one of the words: a misspelt one is nearly a word of the key. */
type WordProblem = Schemas['TypedWordProblem'];

const WORD_COUNT = 24;

export function describeWordProblems(problems: readonly WordProblem[]): string[] {
  return problems.map(({ position, nearest }) => {
    // Empty when a word is missing or extra.
    if (nearest.length > 0) return `Word ${position} is not in the list. Nearest: ${nearest.join(', ')}`;
    return position > WORD_COUNT
      ? `There should be ${WORD_COUNT} words; there are more.`
      : `There should be ${WORD_COUNT} words; word ${position} is missing.`;
  });
}

export function describeShareProblems(problems: readonly Schemas['ShareWordProblem'][]): string[] {
  return problems.map(({ position, nearest }) => {
    const hint = nearest.length > 0 ? ` Nearest: ${nearest.join(', ')}` : '';
    return `Word ${position} is not in the list.${hint}`;
  });
}

/** Adds the problems of single words to an error about words; returns other errors unchanged. */
export function explainWords(error: unknown): unknown {
  if (!(error instanceof CommandError) || error.code !== 'words_invalid') return error;
  const { problems = [], checksum_fails: checksumFails } = error.details as {
    problems?: WordProblem[];
    checksum_fails?: boolean;
  };
  const lines = describeWordProblems(problems);
  if (checksumFails) {
    lines.push(
      'Every word is in the list, but together they are not a valid key: one word is wrong, or two are swapped.',
    );
  }
  return new CommandError(error.code, [error.message, ...lines].join('\n'), error.fields, error.details);
}
