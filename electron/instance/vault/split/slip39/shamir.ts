import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { allocateOutsideHeap } from '../../sealing/master-key.ts';

/**
 * Shamir's secret sharing over GF(256), as SLIP-0039 has it (github.com/satoshilabs/slips, slip-0039.md): the secret
 * is the polynomial's value at 255, a digest of it the value at 254, and shares are its values at 0, 1, 2 ….
 *
 * The tables make the time depend on the bytes. Splitting and recovering are done by the owner of the key, a few
 * times in a key's life, and nobody else is there to measure them.
 */

/** A value of the polynomial: `x` is 0 to 255, `y` has as many bytes as the secret. */
export interface Point {
  x: number;
  y: Buffer;
}

const SECRET_X = 255;
const DIGEST_X = 254;
const DIGEST_BYTES = 4;

/** Powers of the generator x + 1 of the field with the polynomial x⁸ + x⁴ + x³ + x + 1, and their logarithms. */
const powers = new Uint8Array(255);
const logarithms = new Uint8Array(256);
for (let at = 0, power = 1; at < 255; at++) {
  powers[at] = power;
  logarithms[power] = at;
  power ^= power << 1;
  if (power & 0x100) power ^= 0x11b;
}

/**
 * Shares of a secret, the first at 0.
 *
 * @param threshold how many of them recover it, 1 to `count`. With 1 every share is the secret itself.
 */
export function splitSecret(secret: Uint8Array, threshold: number, count: number): Point[] {
  if (threshold < 1 || threshold > count || count > 16)
    throw new RangeError('a secret is split into at most 16 shares');
  if (threshold === 1) return Array.from({ length: count }, (_, x) => ({ x, y: Buffer.from(secret) }));
  const drawn = Array.from({ length: threshold - 2 }, (_, x) => ({ x, y: randomBytes(secret.length) }));
  const salt = randomBytes(secret.length - DIGEST_BYTES);
  const base = [
    ...drawn,
    { x: DIGEST_X, y: Buffer.concat([digestOf(salt, secret), salt]) },
    { x: SECRET_X, y: Buffer.from(secret) },
  ];
  const computed = Array.from({ length: count - drawn.length }, (_, at) => {
    const x = drawn.length + at;
    return { x, y: interpolate(base, x) };
  });
  for (const { y } of base.slice(drawn.length)) y.fill(0);
  return [...drawn, ...computed];
}

/**
 * The secret, or null when the digest does not fit: a share is of another secret, or was changed. All the shares
 * have to agree, also those beyond the threshold.
 *
 * @param shares at least `threshold`, each with another x.
 */
export function recoverSecret(shares: readonly Point[], threshold: number): Buffer | null {
  const used = shares.slice(0, threshold);
  const agree = shares.slice(threshold).every(({ x, y }) => timingSafeEqual(interpolate(used, x), y));
  if (!agree) return null;
  if (threshold === 1) return Buffer.from(used[0]?.y ?? []);
  const secret = interpolate(used, SECRET_X);
  const marked = interpolate(used, DIGEST_X);
  const fits = timingSafeEqual(
    digestOf(marked.subarray(DIGEST_BYTES), secret),
    marked.subarray(0, DIGEST_BYTES),
  );
  marked.fill(0);
  if (fits) return secret;
  secret.fill(0);
  return null;
}

function digestOf(salt: Uint8Array, secret: Uint8Array): Buffer {
  return createHmac('sha256', salt).update(secret).digest().subarray(0, DIGEST_BYTES);
}

/** The value at `x` of the polynomial of lowest degree through the points (Lagrange). */
function interpolate(points: readonly Point[], x: number): Buffer {
  const known = points.find((point) => point.x === x);
  if (known) return Buffer.from(known.y);
  const result = allocateOutsideHeap(points[0]?.y.length ?? 0);
  for (const { x: own, y } of points) {
    let weight = 0;
    for (const { x: other } of points)
      if (other !== own) weight += logOf(other ^ x) - logOf(other ^ own) + 255;
    for (const [at, byte] of y.entries())
      if (byte !== 0) result[at] = (result[at] as number) ^ (powers[(logOf(byte) + weight) % 255] as number);
  }
  return result;
}

const logOf = (value: number): number => logarithms[value] as number;
