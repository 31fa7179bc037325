import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';

/** Content codings (RFC 9110, section 8.4.1; zstd: RFC 8878), the best one first for what is compressed while it is asked for. */
export const codings = ['zstd', 'br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** Less is one packet whatever is done with it. */
const LEAST_BYTES = 1024;
/** Of brotli: as fast as the others. */
const QUALITY = 4;

const compressors: Record<Coding, (bytes: Buffer) => Promise<Buffer>> = {
  zstd: promisify<Buffer, Buffer>(zstdCompress),
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }),
  gzip: promisify<Buffer, Buffer>(gzip),
};

/** The first of these that the client takes; null for none. One with `q=0` it does not take (RFC 9110, section 12.5.3). */
export function chooseCoding(c: Context, offered: readonly Coding[]): Coding | null {
  const chosen = accepts(c, {
    header: 'Accept-Encoding',
    supports: [...offered],
    default: '',
    match: (taken) => {
      const named = new Map(taken.map(({ type, q }) => [type.toLowerCase(), q]));
      return offered.find((coding) => (named.get(coding) ?? named.get('*') ?? 0) > 0) ?? '';
    },
  });
  return offered.find((coding) => coding === chosen) ?? null;
}

/**
 * Text as the body of an answer, compressed where the client takes that.
 *
 * SECURITY: never for an answer that holds a revealed value or anything else that is secret: how much it compresses to would
 * tell of it to whoever sees the length and chooses some of the rest (BREACH).
 */
export async function compressText(
  c: Context,
  text: string,
): Promise<{ body: string | Buffer<ArrayBuffer>; headers: Record<string, string> }> {
  const vary = { vary: 'accept-encoding' };
  const coding = text.length < LEAST_BYTES ? null : chooseCoding(c, codings);
  if (coding === null) return { body: text, headers: vary };
  const bytes = await compressors[coding](Buffer.from(text, 'utf8'));
  return { body: Buffer.from(bytes), headers: { ...vary, 'content-encoding': coding } };
}
