import { usageError } from './command-error.ts';
import { askHidden, hasTerminal, readStdinText, trimLine } from './prompt.ts';

/**
 * The value of a variable: typed without echo on a terminal, else all of standard input without a final line break.
 * Throws `invalid_request` for bytes that are not UTF-8, and a usage error where nothing was typed: Enter alone is more
 * often a slip than an empty value.
 *
 * @param unchanged what to say of the value then.
 */
export async function readValue(question: string, unchanged: string): Promise<string> {
  if (!hasTerminal()) return trimLine(await readStdinText());
  const typed = await askHidden(question);
  if (typed !== '') return typed;
  throw usageError(`${unchanged} To set an empty value, pipe it: printf '' | temps-desktop …`);
}
