/** Longer than any that fits into a header of HTTP. */
const MAX_CHARACTERS = 32 * 1024;
const PARTS = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/;

/** `exp` of a JSON Web Token (RFC 7519), signed or not; null for one without, or that is none. Throws for what is no JSON. */
export function findJwtEnd(text: string): number | null {
  if (text.length > MAX_CHARACTERS) return null;
  const [, header, claims] = PARTS.exec(text) ?? [];
  if (header === undefined || claims === undefined) return null;
  const { alg } = readObject(header);
  if (typeof alg !== 'string') return null;
  const { exp } = readObject(claims);
  return typeof exp === 'number' && Number.isFinite(exp) ? Math.floor(exp * 1000) : null;
}

function readObject(part: string): Record<string, unknown> {
  const read: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
}
