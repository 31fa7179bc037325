import { CommandError } from './command-error.ts';
import { askHidden, hasTerminal, readStdin } from './prompt.ts';

/**
 * The value of a variable, without showing it: typed on a terminal, else everything on standard input but a last
 * line end. Throws `invalid_request` for bytes that are not UTF-8: another value would be kept in their place.
 */
export async function readValue(question: string): Promise<string> {
  if (hasTerminal()) return await askHidden(question);
  const bytes = await readStdin();
  try {
    return trimLine(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new CommandError(
      'invalid_request',
      'What came on standard input is not UTF-8 text; nothing was changed. Encode binary values first, as with base64.',
    );
  }
}

/** A line end after one line is the shell's; after several lines it belongs to them. */
function trimLine(text: string): string {
  const trimmed = text.replace(/\r?\n$/, '');
  return /[\r\n]/.test(trimmed) ? text : trimmed;
}
