import type { Readable, Writable } from 'node:stream';

/** The longest message there is, a copy of a key of 1 MiB in base64, has 1.4 million. */
const MAX_MESSAGE_CHARACTERS = 2 * 1024 * 1024;

/**
 * Reads messages from a stream that has one line of JSON for each. Not by node:readline, which ends a line at
 * U+2028 too, where JSON does not.
 *
 * @param onUnreadable called for a line that is not JSON or too long.
 */
export function readJsonLines(
  stream: Readable,
  onMessage: (message: unknown) => void,
  onUnreadable: () => void,
): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const read = parseJson(line);
      if (read) onMessage(read.message);
      else onUnreadable();
    }
    // SECURITY: a line that never ends must not fill this process's memory.
    if (rest.length > MAX_MESSAGE_CHARACTERS) {
      onUnreadable();
      stream.destroy();
    }
  });
}

function parseJson(text: string): { message: unknown } | null {
  try {
    return { message: JSON.parse(text) };
  } catch {
    return null;
  }
}

export function writeJsonLine(stream: Writable, message: unknown): void {
  stream.write(`${JSON.stringify(message)}\n`);
}
