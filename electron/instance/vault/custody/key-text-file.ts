import { AppError } from '../../kernel/app-error.ts';
import { decodeKey, encodeKey, type MasterKey, readHexDigit } from '../sealing/master-key.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The contents of a key file: 64 lower-case hex digits and a newline, as upstream writes and trims it. In a buffer the
 * caller owns and should fill with zeros when done.
 */
export function formatKeyFile(key: MasterKey): Buffer {
  const digits = encodeKey(key);
  const file = Buffer.alloc(digits.length + 1, LINE_FEED);
  digits.copy(file);
  digits.fill(0);
  return file;
}

/**
 * Parses a key file: 64 hex digits and at most one line end. Throws `key_file_invalid`, saying which rule was
 * broken and nothing of the contents. SECURITY: bytes are never made a string, which could not be wiped.
 */
export function parseKeyFile(bytes: Uint8Array, path: string): MasterKey {
  return parseKeyLine(withoutLineEnd(bytes), path);
}

/** As parseKeyFile, of bytes that nothing needs any more: they are filled with zeros, whatever they are. */
export function takeKey(bytes: Uint8Array, path: string): MasterKey {
  try {
    return parseKeyFile(bytes, path);
  } finally {
    bytes.fill(0);
  }
}

/** Several keys, one per line; the first is the one in force. For read-only mounts. */
export function parseKeyLines(bytes: Uint8Array, path: string): MasterKey[] {
  const lines: Uint8Array[] = [];
  let rest = bytes;
  for (let next = withoutLineEnd(rest); next.length < rest.length; next = withoutLineEnd(rest)) rest = next;
  for (let at = rest.indexOf(LINE_FEED); at >= 0; at = rest.indexOf(LINE_FEED)) {
    lines.push(withoutLineEnd(rest.subarray(0, at + 1)));
    rest = rest.subarray(at + 1);
  }
  return [...lines, rest].map((line) => parseKeyLine(line, path));
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== LINE_FEED) return bytes;
  return bytes.subarray(0, bytes.at(-2) === CARRIAGE_RETURN ? -2 : -1);
}

function parseKeyLine(line: Uint8Array, path: string): MasterKey {
  const key = decodeKey(line);
  if (key) return key;
  const why =
    line.length === 0
      ? 'it is empty, or has an empty line'
      : line.some(isSpace)
        ? 'it has spaces or line breaks in or around it'
        : line.every((code) => readHexDigit(code) >= 0)
          ? `it has ${line.length} hex digits, not 64`
          : 'it has characters that are not hex digits';
  throw new AppError('key_file_invalid', `${path} is not a key: ${why}. It was not changed.`);
}

/** ASCII's, and the no-break space of Latin-1. */
const isSpace = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0;
