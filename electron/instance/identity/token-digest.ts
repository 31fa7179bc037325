import { createHash } from 'node:crypto';

/**
 * What is kept of a token, and what a given one is compared by. SHA-256 is enough for 256 random bits; an index compares digests,
 * never tokens.
 */
export const digestToken = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();
