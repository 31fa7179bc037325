import { webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';
import type { Context } from '../kernel/context.ts';
import { SecretText } from '../vault/secret-text.ts';
import type { SecretId, SecretKeeper } from '../vault/vault.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
/** Browsers refuse leaves of more than 398 days. */
const LEAF_DAYS = 397;
const RENEW_BEFORE_DAYS = 30;
/** ECDSA on P-256 with SHA-256: what every browser takes. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Loaded when a certificate is made, which is rare; its dependency needs the polyfill first. */
async function loadX509(): Promise<typeof X509> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  return x509;
}

export interface ServedCertificate {
  /** PEM: the leaf, then the authority. */
  certificatePem: string;
  privateKeyPem: SecretText;
  /** SHA-256 of the leaf, as browsers show it. */
  fingerprint: string;
  /** True when created for this start only, because the vault is locked. */
  isTemporary: boolean;
}

interface Row {
  certificatePem: string;
  secretId: SecretId;
  names: string;
  notAfter: number;
}

/**
 * The certificate the HTTPS door serves for these names: signed by the instance's own authority, both keys sealed,
 * renewed within 30 days of expiry or when the names changed. Throws `vault_locked`.
 */
export async function getLeaf(ctx: Context, names: string[]): Promise<ServedCertificate> {
  const authority = find(ctx, 'authority') ?? (await issueAuthority(ctx));
  const known = find(ctx, 'leaf');
  const isGood =
    known &&
    known.names === JSON.stringify(names) &&
    known.notAfter - ctx.clock.now() > RENEW_BEFORE_DAYS * DAY_MS;
  const leaf = isGood ? known : await issueLeaf(ctx, authority, names);
  return {
    certificatePem: `${leaf.certificatePem}\n${authority.certificatePem}`,
    privateKeyPem: ctx.vault.open(leaf.secretId),
    fingerprint: new X509Certificate(leaf.certificatePem).fingerprint256,
    isTemporary: false,
  };
}

/** For a locked start: a self-signed certificate that is not stored, so that unlocking over HTTPS is possible. */
export async function createTemporaryCertificate(names: string[], nowMs: number): Promise<ServedCertificate> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: createSerial(),
    name: 'CN=Temps (locked)',
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + 7 * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: leafExtensions(x509, names),
  });
  const certificatePem = certificate.toString('pem');
  return {
    certificatePem,
    privateKeyPem: await exportKey(keys.privateKey),
    fingerprint: new X509Certificate(certificatePem).fingerprint256,
    isTemporary: true,
  };
}

/** The authority's certificate, to be trusted by browsers; null before the first unlocked start. */
export function findAuthorityPem(ctx: Context): string | null {
  return find(ctx, 'authority')?.certificatePem ?? null;
}

/** Describes these keys to the doctor and the recovery list. A lost one is simply issued again. */
export function tlsSecretKeeper(ctx: Context): SecretKeeper {
  const { sqlite } = ctx.store;
  const find = sqlite
    .prepare('SELECT purpose FROM local_certificates WHERE private_key_secret_id = ?')
    .pluck();
  return {
    kind: 'tls_private_key',
    label: 'TLS key',
    one: 'TLS key',
    many: 'TLS keys',
    group: 'tls',
    recoveryGroup: 'tls',
    isTyped: false,
    isReplaceable: true,
    renewal: { button: 'Issue again', done: 'Issued again' },
    describe(ids) {
      const owners = new Map();
      for (const id of ids) {
        const purpose = find.get(id);
        if (purpose)
          owners.set(id, {
            title: purpose === 'authority' ? 'Local certificate authority' : 'HTTPS of this instance',
            name: purpose === 'authority' ? 'Local certificate authority' : 'HTTPS certificate',
            belongsTo: 'This instance',
            path: null,
          });
      }
      return owners;
    },
    /** Drops the pair: the next unlocked start, or the door itself, issues a new one. */
    regenerate(id) {
      const rows = sqlite
        .prepare('DELETE FROM local_certificates RETURNING private_key_secret_id')
        .pluck()
        .all() as SecretId[];
      ctx.vault.remove([...new Set([id, ...rows])]);
      ctx.events.emit('tls');
      return null;
    },
  };
}

async function issueAuthority(ctx: Context): Promise<Row> {
  const x509 = await loadX509();
  const now = ctx.clock.now();
  const keys = await generateKeys();
  const notAfter = now + AUTHORITY_DAYS * DAY_MS;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: createSerial(),
    name: `CN=Temps local authority ${ctx.store.identity.id.slice(0, 8)}`,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(notAfter),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      // RFC 5280 §4.2.1.9: path length 0, so it can sign leaves and no further authority.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return await keep(ctx, 'authority', certificate, keys.privateKey, [], notAfter);
}

async function issueLeaf(ctx: Context, authority: Row, names: string[]): Promise<Row> {
  const x509 = await loadX509();
  const now = ctx.clock.now();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const signingKey = await importKey(ctx.vault.open(authority.secretId));
  const keys = await generateKeys();
  const notAfter = now + LEAF_DAYS * DAY_MS - DAY_MS;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: createSerial(),
    subject: 'CN=Temps',
    issuer: issuer.subject,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(notAfter),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [...leafExtensions(x509, names), await x509.AuthorityKeyIdentifierExtension.create(issuer)],
  });
  return await keep(ctx, 'leaf', certificate, keys.privateKey, names, notAfter);
}

function leafExtensions(x509: typeof X509, names: string[]): X509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(
      names.map((name) => ({ type: isIP(name) ? ('ip' as const) : ('dns' as const), value: name })),
    ),
  ];
}

/** SECURITY: the key goes from memory into the vault, in the transaction that records its certificate. */
async function keep(
  ctx: Context,
  purpose: 'authority' | 'leaf',
  certificate: X509.X509Certificate,
  privateKey: webcrypto.CryptoKey,
  names: string[],
  notAfter: number,
): Promise<Row> {
  const pem = await exportKey(privateKey);
  const certificatePem = certificate.toString('pem');
  return ctx.store.transaction(() => {
    const { sqlite } = ctx.store;
    const old = sqlite
      .prepare('DELETE FROM local_certificates WHERE purpose = ? RETURNING private_key_secret_id')
      .pluck()
      .all(purpose);
    ctx.vault.remove(old as SecretId[]);
    const secretId = ctx.vault.seal('tls_private_key', pem);
    sqlite
      .prepare(
        'INSERT INTO local_certificates (purpose, certificate_pem, private_key_secret_id, names, not_before, not_after) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(
        purpose,
        certificatePem,
        secretId,
        JSON.stringify(names),
        certificate.notBefore.getTime(),
        notAfter,
      );
    return { certificatePem, secretId, names: JSON.stringify(names), notAfter };
  });
}

function find(ctx: Context, purpose: 'authority' | 'leaf'): Row | null {
  const row = ctx.store.sqlite
    .prepare(
      `SELECT certificate_pem AS certificatePem, private_key_secret_id AS secretId, names, not_after AS notAfter
       FROM local_certificates WHERE purpose = ?`,
    )
    .get(purpose) as Row | undefined;
  // A key lost with its master key is as good as none: a new pair is issued and the old ciphertext goes.
  return row && ctx.vault.statesOf([row.secretId]).get(row.secretId) !== 'unreadable' ? row : null;
}

async function generateKeys() {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<SecretText> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  der.fill(0);
  return new SecretText(`-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`);
}

async function importKey(pem: SecretText): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.reveal().replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. */
function createSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] as number) & 0x7f;
  return Buffer.from(bytes).toString('hex');
}
