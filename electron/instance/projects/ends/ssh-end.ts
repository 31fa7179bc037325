import { ByteReader } from './byte-reader.ts';

/** Fields of the public key, between the nonce and the serial number: PROTOCOL.certkeys of OpenSSH. */
const keyFields: Readonly<Record<string, number>> = {
  'ssh-rsa-cert-v01@openssh.com': 2,
  'ssh-dss-cert-v01@openssh.com': 4,
  'ssh-ed25519-cert-v01@openssh.com': 1,
  'ecdsa-sha2-nistp256-cert-v01@openssh.com': 2,
  'ecdsa-sha2-nistp384-cert-v01@openssh.com': 2,
  'ecdsa-sha2-nistp521-cert-v01@openssh.com': 2,
  'sk-ssh-ed25519-cert-v01@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com': 3,
};
const FOREVER = 0xffff_ffff_ffff_ffffn;
const SERIAL_AND_TYPE_BYTES = 8 + 4;

/**
 * When a certificate of OpenSSH ends, as a line of `…-cert.pub`; null for one that never does and for any other line.
 * Throws for one that is cut short.
 */
export function findSshEnd(text: string): number | null {
  const [type = '', base64 = ''] = text.split(/\s+/, 2);
  const fields = Object.hasOwn(keyFields, type) ? keyFields[type] : undefined;
  if (fields === undefined) return null;
  const reader = new ByteReader(Buffer.from(base64, 'base64'));
  if (reader.string().toString('latin1') !== type) return null;
  for (let nonceAndKey = 0; nonceAndKey < 1 + fields; nonceAndKey++) reader.string();
  reader.take(SERIAL_AND_TYPE_BYTES);
  // Its key id, and whom it is for.
  reader.string();
  reader.string();
  reader.take(8);
  const validBefore = reader.take(8).readBigUInt64BE();
  return validBefore === FOREVER ? null : Number(validBefore) * 1000;
}
