import { AppError } from '../kernel/app-error.ts';

/** Whole request body, JSON or form. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Deeper than any request of this API; a parser or a schema walking deeper could exhaust its stack. */
const MAX_DEPTH = 32;
/**
 * SECURITY: values, counted together. 700,000 fit into 2 MiB, and anyone may send them: to parse and check them would keep
 * everyone else waiting for half a second. An import of 20,000 variables that chooses for each has 40,000.
 */
const MAX_VALUES = 50_000;

/**
 * Reads a body up to the limit, whether or not it announced its length. Throws `body_too_large`.
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Checks that bytes are JSON, not nested too deep and not of too many values. Throws `invalid_request`, `body_too_deep`,
 * `body_too_large`.
 */
export function requireJson(bytes: Uint8Array): void {
  const text = decode(bytes);
  requireBounded(text);
  try {
    JSON.parse(text);
  } catch {
    // SECURITY: the parser's message quotes the text, which may be a secret.
    throw new AppError('invalid_request', 'The body is not valid JSON.');
  }
}

/** Throws `invalid_request` for JSON, already checked, that is more than an empty object or null. */
export function requireNoFields(bytes: Uint8Array): void {
  if (/^(null|\{\s*\})$/.test(decode(bytes).trim())) return;
  throw new AppError('invalid_request', 'Nothing was done: this request takes no fields.');
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError('invalid_request', 'The body is not UTF-8.');
  }
}

/** Counts brackets and commas outside strings, without recursion and before anything is built. */
function requireBounded(text: string): void {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x2c) values += 1;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      values += 1;
      if (depth > MAX_DEPTH)
        throw new AppError('body_too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (values > MAX_VALUES)
      throw new AppError(
        'body_too_large',
        `A request may have at most ${MAX_VALUES.toLocaleString('en')} values.`,
      );
  }
}

function tooLarge(): AppError {
  return new AppError('body_too_large', `A request may have at most ${MAX_BODY_BYTES / 1024 / 1024} MiB.`);
}
