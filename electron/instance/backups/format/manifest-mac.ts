import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKeyFor } from '../../vault/sealing/derived-key.ts';
import type { MasterKey } from '../../vault/sealing/master-key.ts';
import type { Manifest } from './manifest.ts';

/**
 * HMAC-SHA-256 (RFC 2104) over the manifest's exact bytes and the HMAC of the backup before (32 bytes; none for the
 * first), under a key derived from the master key: who can encrypt to a backup's public recipient cannot make one.
 */
export function computeManifestMac(
  key: MasterKey,
  { instanceId, previous }: Pick<Manifest, 'instanceId' | 'previous'>,
  bytes: Uint8Array,
): Buffer {
  const derived = deriveKeyFor('temps backup manifest v1', key, instanceId);
  const mac = createHmac('sha256', derived)
    .update(bytes)
    .update(Buffer.from(previous ?? '', 'hex'))
    .digest();
  derived.fill(0);
  return mac;
}

/** As stored in `manifest.hmac`: hex and a line end. */
export function formatMac(mac: Uint8Array): Buffer {
  return Buffer.from(`${Buffer.from(mac).toString('hex')}\n`, 'latin1');
}

/** The 32 bytes; null for what is none. */
export function parseMac(file: Uint8Array): Buffer | null {
  const text = Buffer.from(file.subarray(0, 100)).toString('latin1');
  return /^[0-9a-f]{64}\n?$/.test(text) ? Buffer.from(text.trim(), 'hex') : null;
}

export function isMacOf(key: MasterKey, manifest: Manifest, bytes: Uint8Array, stored: Uint8Array): boolean {
  const mac = parseMac(stored);
  return mac !== null && timingSafeEqual(mac, computeManifestMac(key, manifest, bytes));
}
