import { AppError } from '../../kernel/app-error.ts';
import { formatKeyText, type MasterKey, parseKeyText } from '../sealing/master-key.ts';

/** The contents of a key file: 64 lower-case hex digits and a newline, as upstream writes and trims it. */
export function formatKeyFile(key: MasterKey): Buffer {
  return Buffer.from(`${formatKeyText(key)}\n`, 'ascii');
}

/**
 * Parses a key file: 64 hex digits and at most one line end. Throws `key_file_invalid`, saying which rule was
 * broken and nothing of the contents.
 */
export function parseKeyFile(bytes: Uint8Array, path: string): MasterKey {
  return parseKeyLine(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/\r?\n$/, ''),
    path,
  );
}

/** Several keys, one per line; the first is the one in force. For read-only mounts. */
export function parseKeyLines(bytes: Uint8Array, path: string): MasterKey[] {
  const lines = Buffer.from(bytes)
    .toString('latin1')
    .replace(/(\r?\n)+$/, '')
    .split(/\r?\n/);
  return lines.map((line) => parseKeyLine(line, path));
}

function parseKeyLine(line: string, path: string): MasterKey {
  const key = parseKeyText(line);
  if (key) return key;
  const why = /\s/.test(line)
    ? 'it has spaces or line breaks in or around it'
    : /^[0-9a-fA-F]*$/.test(line)
      ? `it has ${line.length} hex digits, not 64`
      : 'it has characters that are not hex digits';
  throw new AppError('key_file_invalid', `${path} is not a key: ${why}. It was not changed.`);
}
