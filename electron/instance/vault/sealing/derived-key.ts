import { hkdfSync } from 'node:crypto';
import type { MasterKey } from './master-key.ts';

/** What is derived from a master key, each for one purpose. */
export type DerivedFor = 'temps backup identity v1' | 'temps backup manifest v1';

/**
 * 32 bytes by HKDF-SHA-256 (RFC 5869): input the master key, salt the instance's id as UTF-8, info the purpose. The same
 * for every run, so that the key alone, from paper, makes it again; another purpose or instance has another.
 *
 * SECURITY: the buffer is the caller's, to be filled with zeros after use. The master key cannot be found from it.
 */
export function deriveKeyFor(purpose: DerivedFor, key: MasterKey, instanceId: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key.keyObject, Buffer.from(instanceId, 'utf8'), purpose, 32));
}
