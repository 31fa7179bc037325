import { X509Certificate } from 'node:crypto';

/** A chain has three or four; beyond that it is a list of authorities. */
const MAX_CERTIFICATES = 20;
const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * When the certificate of a PEM text ends: of a chain that of its leaf, which servers send first; of several leaves the
 * earliest. Null without one. Throws for what is no certificate.
 */
export function findCertificateEnd(text: string): number | null {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0 || blocks.length > MAX_CERTIFICATES) return null;
  const certificates = blocks.map((block) => new X509Certificate(block));
  const leaves = certificates.filter(({ ca }) => !ca);
  // One that signed itself, as `openssl req -x509` makes it, may sign others too.
  const ends = (leaves.length > 0 ? leaves : certificates.slice(0, 1)).map(({ validTo }) =>
    Date.parse(validTo),
  );
  return Math.min(...ends);
}
