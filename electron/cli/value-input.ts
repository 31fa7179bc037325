import { askHidden, hasTerminal, readStdinText } from './prompt.ts';

/**
 * The value of a variable: typed without echo on a terminal, else all of standard input without a final line break.
 * Throws `invalid_request` for bytes that are not UTF-8.
 */
export async function readValue(question: string): Promise<string> {
  return hasTerminal() ? await askHidden(question) : trimLine(await readStdinText());
}

/** The line break after a single line was added by the shell; after several lines it belongs to the value. */
function trimLine(text: string): string {
  const trimmed = text.replace(/\r?\n$/, '');
  return /[\r\n]/.test(trimmed) ? text : trimmed;
}
