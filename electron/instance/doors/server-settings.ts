/** What the servers of this instance have in common, whatever they answer with: the doors, and the edge in its own process. */

/**
 * A client sends its head within ten seconds and its whole request within a minute: a slow one holds a socket, not the
 * door. Looked at twice a minute, as Node does: a browser opens connections in advance, and one that is closed just as it
 * is used loses a request. For the same reason a connection waits for its next request longer than any browser keeps it (Chromium
 * does for 300 s): the side that asks is the one that ends it. How many may wait is limited (`limitWaitingClients`).
 */
export const CLIENT_TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 310_000,
} as const;

/** TLS 1.2 only with forward secrecy and authenticated encryption (RFC 9325 §4.2); TLS 1.3 picks its own. */
const TLS12_CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
].join(':');

/** For node:tls, wherever it listens. */
export const TLS_SETTINGS = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: TLS12_CIPHERS,
  honorCipherOrder: true,
} as const;

/** For a client's TLS handshake. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
