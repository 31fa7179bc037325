import { askHidden, hasTerminal, readStdinText } from './prompt.ts';

/**
 * The value of a variable, without showing it: typed on a terminal, else everything on standard input but a last
 * line end. Throws `invalid_request` for bytes that are not UTF-8.
 */
export async function readValue(question: string): Promise<string> {
  return hasTerminal() ? await askHidden(question) : trimLine(await readStdinText());
}

/** A line end after one line is the shell's; after several lines it belongs to them. */
function trimLine(text: string): string {
  const trimmed = text.replace(/\r?\n$/, '');
  return /[\r\n]/.test(trimmed) ? text : trimmed;
}
