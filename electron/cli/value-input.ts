import { usageError } from './command-error.ts';
import { askHidden, hasTerminal, readStdinText, trimLine } from './prompt.ts';

/**
 * The value of a variable: typed without echo on a terminal, else all of standard input without a final line break.
 * Throws `invalid_request` for bytes that are not UTF-8, and a usage error where nothing came: Enter alone is more often a slip
 * than an empty value, and so is a pipe in which nothing came, from a program that failed.
 *
 * @param unchanged what to say of the value then.
 * @param otherwise how an empty one is set, where one may be.
 */
export async function readValue(question: string, unchanged: string, otherwise?: string): Promise<string> {
  const isTyped = hasTerminal();
  const value = isTyped ? await askHidden(question) : trimLine(await readStdinText());
  if (value !== '') return value;
  const why = isTyped ? 'Nothing was typed' : 'Standard input is empty';
  throw usageError(`${why}: ${unchanged}.${otherwise === undefined ? '' : ` ${otherwise}`}`);
}
