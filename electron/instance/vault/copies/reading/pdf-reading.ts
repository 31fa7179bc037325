import { inflateSync } from 'node:zlib';

/**
 * The text in a PDF that is not drawn: its strings, among them our page's subject, which is the code of the page. No
 * parser of PDF is needed for it, and none is asked: what is found counts by its own check.
 */

/** SECURITY: a stream that unpacks to more is no list of properties, and is left out. */
const MAX_STREAM_BYTES = 1024 * 1024;
/** Of all streams together; those after are not looked at. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;
const MAX_STREAMS = 2000;
/** Shorter strings cannot hold a key. */
const HEX_STRING = /<([0-9A-Fa-f\s]{128,})>/g;

export function readPdfStrings(bytes: Uint8Array): string {
  const file = Buffer.from(bytes);
  return [file, ...unpackStreams(file)].map(readStrings).join('\n');
}

/** Whether it says that its strings are encrypted. */
export function isEncryptedPdf(bytes: Uint8Array): boolean {
  return /\/Encrypt\s+\d+\s+\d+\s+R|\/Encrypt\s*<</.test(Buffer.from(bytes).toString('latin1'));
}

/** Compressed streams: programs that save a PDF again put its properties into one. */
function unpackStreams(file: Buffer): Buffer[] {
  const starts = [...file.toString('latin1').matchAll(/stream\r?\n/g)].slice(0, MAX_STREAMS);
  const streams: Buffer[] = [];
  let left = MAX_UNPACKED_BYTES;
  for (const { index, 0: keyword } of starts) {
    if (left <= 0) break;
    try {
      const stream = inflateSync(file.subarray(index + keyword.length), {
        maxOutputLength: MAX_STREAM_BYTES,
      });
      left -= stream.length;
      streams.push(stream);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') left -= MAX_STREAM_BYTES;
    }
  }
  return streams;
}

/** Strings are Latin text, or two bytes for each letter (UTF-16), plain or as hex digits. */
function readStrings(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  const hex = [...text.matchAll(HEX_STRING)].map(([, digits = '']) =>
    Buffer.from(digits.replace(/\s/g, ''), 'hex').toString('latin1'),
  );
  // The upper bytes of UTF-16.
  return [text, ...hex].join('\n').replace(/\\000|\0/g, '');
}
