import { AppError } from '../kernel/app-error.ts';

/** Whole request body, JSON or form. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Deeper than any request of this API; a parser or a schema walking deeper could exhaust its stack. */
const MAX_DEPTH = 32;

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

/** Checks that bytes are JSON, not nested too deep. Throws `invalid_request`, `body_too_deep`. */
export function requireJson(bytes: Uint8Array): void {
  const text = decode(bytes);
  requireShallow(text);
  try {
    JSON.parse(text);
  } catch {
    // SECURITY: the parser's message quotes the text, which may be a secret.
    throw new AppError('invalid_request', 'The body is not valid JSON.');
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError('invalid_request', 'The body is not UTF-8.');
  }
}

/** Counts brackets outside strings, without recursion and before anything is built. */
function requireShallow(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH)
        throw new AppError('body_too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
}

function tooLarge(): AppError {
  return new AppError('body_too_large', `A request may have at most ${MAX_BODY_BYTES / 1024 / 1024} MiB.`);
}
