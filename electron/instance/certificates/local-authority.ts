import { webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';
import { PRIVATE_NETWORKS } from '../kernel/addresses.ts';
import type { Context } from '../kernel/context.ts';
import { createQueue, type Queue } from '../kernel/queue.ts';
import { SecretText } from '../vault/secret-text.ts';
import type { SecretId, SecretKeeper } from '../vault/vault.ts';
import { isLocalName, LOCAL_DOMAINS, listMachineNames } from './local-names.ts';
import { certificateOperations } from './operations.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A device that lost track of it trusts it this long, and not for ever. */
const AUTHORITY_DAYS = 730;
/** The next one is there for devices to trust this long before it takes over. */
const OVERLAP_DAYS = 150;
/** And takes over this long before the end of the one before. */
const SWITCH_BEFORE_DAYS = 30;
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

/** Who serves a leaf: the HTTPS door, or the edge, which answers for apps. Each has its own, with a key of its own. */
export type LeafPurpose = 'leaf' | 'edge_leaf';
type Purpose = 'authority' | 'next_authority' | LeafPurpose;

/** Of each, in words for people. */
const purposeWords: Record<Purpose, { title: string; name: string }> = {
  authority: { title: 'Local certificate authority', name: 'Local certificate authority' },
  next_authority: { title: 'Local certificate authority', name: 'Local certificate authority' },
  leaf: { title: 'HTTPS of this instance', name: 'HTTPS certificate' },
  edge_leaf: { title: 'HTTPS of your apps', name: 'HTTPS certificate of apps' },
};

interface Row {
  certificatePem: string;
  secretId: SecretId;
  /** Of a leaf those it answers to; of an authority those it may vouch for beside the local ones. JSON. */
  names: string;
  notBefore: number;
  notAfter: number;
}

/** One at a time for each database: two that find no authority would both create one. */
const queues = new WeakMap<Context['store'], Queue>();
function queueOf({ store }: Context): Queue {
  const queue = queues.get(store) ?? createQueue();
  queues.set(store, queue);
  return queue;
}

/**
 * The certificate the HTTPS door, or the edge, serves for these names: signed by the instance's own authority, both keys
 * sealed, renewed within 30 days of its end or when the names changed. Names that the authority may not vouch for are
 * left out. Throws `vault_locked`.
 */
export async function getLeaf(
  ctx: Context,
  names: string[],
  purpose: LeafPurpose = 'leaf',
): Promise<ServedCertificate> {
  return await queueOf(ctx)(() => getLeafNow(ctx, names, purpose));
}

async function getLeafNow(ctx: Context, names: string[], purpose: LeafPurpose): Promise<ServedCertificate> {
  const authority = await getAuthority(ctx);
  const served = names.filter((name) => mayVouchFor(authority, name));
  const known = find(ctx, purpose);
  const isGood =
    known &&
    known.names === JSON.stringify(served) &&
    known.notAfter - ctx.clock.now() > RENEW_BEFORE_DAYS * DAY_MS &&
    new X509Certificate(known.certificatePem).checkIssued(new X509Certificate(authority.certificatePem));
  const leaf = isGood ? known : await issueLeaf(ctx, authority, served, purpose);
  return {
    certificatePem: `${leaf.certificatePem}\n${authority.certificatePem}`,
    privateKeyPem: ctx.vault.open(leaf.secretId),
    fingerprint: new X509Certificate(leaf.certificatePem).fingerprint256,
    isTemporary: false,
  };
}

/**
 * The authority in use, after what its age asks for: the next one is created OVERLAP_DAYS before it takes over, and takes
 * over SWITCH_BEFORE_DAYS before the end, so that a device that trusted the new one meanwhile never sees a warning.
 */
async function getAuthority(ctx: Context): Promise<Row> {
  const now = ctx.clock.now();
  const current = find(ctx, 'authority') ?? (await issueAuthority(ctx, 'authority'));
  let next = find(ctx, 'next_authority');
  if (
    !next &&
    (isUnlimited(current) || current.notAfter - now < (OVERLAP_DAYS + SWITCH_BEFORE_DAYS) * DAY_MS)
  )
    next = await issueAuthority(ctx, 'next_authority');
  return next && now >= findSwitch(current, next) ? promote(ctx, next) : current;
}

/** Epoch ms. One that may vouch for every name on earth goes as soon as devices had their time, whatever its end. */
function findSwitch(current: Row, next: Row): number {
  return isUnlimited(current)
    ? Math.min(next.notBefore + OVERLAP_DAYS * DAY_MS, current.notAfter)
    : current.notAfter - SWITCH_BEFORE_DAYS * DAY_MS;
}

/** The object identifier of name constraints, 2.5.29.30, as it is written in a certificate. */
const NAME_CONSTRAINTS = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x1e]);

/** Authorities of the first release may vouch for every name on earth. */
function isUnlimited({ certificatePem }: Row): boolean {
  return !new X509Certificate(certificatePem).raw.includes(NAME_CONSTRAINTS);
}

function mayVouchFor(authority: Row, name: string): boolean {
  return isUnlimited(authority) || isLocalName(name, JSON.parse(authority.names) as string[]);
}

/** The old one's key goes with its row: nothing can be signed with it any more. */
function promote(ctx: Context, next: Row): Row {
  const { sqlite } = ctx.store;
  ctx.store.transaction(() => {
    const old = sqlite
      .prepare("DELETE FROM local_certificates WHERE purpose = 'authority' RETURNING private_key_secret_id")
      .pluck()
      .all();
    ctx.vault.remove(old as SecretId[]);
    sqlite
      .prepare("UPDATE local_certificates SET purpose = 'authority' WHERE purpose = 'next_authority'")
      .run();
    ctx.audit.append(certificateOperations.LOCAL_AUTHORITY_REPLACED, null, { sha256: fingerprintOf(next) });
  });
  return next;
}

/** An authority as people compare and trust it. */
export interface AuthorityFacts {
  certificatePem: string;
  /** SHA-256 of it, as browsers show it. */
  sha256: string;
  /** Epoch ms. */
  notAfter: number;
  /** Domains and networks it may vouch for; null for one of the first release, which may for every name. */
  permitted: string[] | null;
}

/** The authority in use, and the one that takes over; null before the first unlocked start. */
export function findAuthorities(
  ctx: Context,
): { current: AuthorityFacts; next: (AuthorityFacts & { takesOverAt: number }) | null } | null {
  const current = find(ctx, 'authority');
  const next = find(ctx, 'next_authority');
  if (!current) return null;
  return {
    current: describeAuthority(current),
    next: next && { ...describeAuthority(next), takesOverAt: findSwitch(current, next) },
  };
}

function describeAuthority(row: Row): AuthorityFacts {
  const { certificatePem, notAfter } = row;
  const permitted = [...LOCAL_DOMAINS, ...(JSON.parse(row.names) as string[]), ...PRIVATE_NETWORKS];
  return {
    certificatePem,
    notAfter,
    sha256: fingerprintOf(row),
    permitted: isUnlimited(row) ? null : permitted,
  };
}

const fingerprintOf = ({ certificatePem }: Row) => new X509Certificate(certificatePem).fingerprint256;

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
        const purpose = find.get(id) as Purpose | undefined;
        if (purpose)
          owners.set(id, {
            ...purposeWords[purpose],
            belongsTo: 'This instance',
            path: null,
            isEarlier: false,
          });
      }
      return owners;
    },
    /** Drops all pairs: the next unlocked start, or the door and the edge themselves, issue new ones. */
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

async function issueAuthority(ctx: Context, purpose: 'authority' | 'next_authority'): Promise<Row> {
  const x509 = await loadX509();
  const { formatNameConstraints } = await import('./name-constraints.ts');
  const now = ctx.clock.now();
  const keys = await generateKeys();
  const notAfter = now + AUTHORITY_DAYS * DAY_MS;
  const machineNames = listMachineNames();
  const constraints = formatNameConstraints(machineNames);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: createSerial(),
    // The year tells two of one instance apart in a device's list.
    name: `CN=Temps local authority ${ctx.store.identity.id.slice(0, 8)} ${new Date(now).getUTCFullYear()}`,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(notAfter),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      // RFC 5280 §4.2.1.9: path length 0, so it can sign leaves and no further authority.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(constraints.oid, true, constraints.der),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const row = await keep(ctx, purpose, certificate, keys.privateKey, machineNames, notAfter);
  ctx.audit.append(certificateOperations.LOCAL_AUTHORITY_CREATED, null, { sha256: fingerprintOf(row) });
  return row;
}

async function issueLeaf(ctx: Context, authority: Row, names: string[], purpose: LeafPurpose): Promise<Row> {
  const x509 = await loadX509();
  const now = ctx.clock.now();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const signingKey = await importKey(ctx.vault.open(authority.secretId));
  const keys = await generateKeys();
  // Never beyond the authority's own end.
  const notAfter = Math.min(now + (LEAF_DAYS - 1) * DAY_MS, authority.notAfter);
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
  return await keep(ctx, purpose, certificate, keys.privateKey, names, notAfter);
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
  purpose: Purpose,
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
    return {
      certificatePem,
      secretId,
      names: JSON.stringify(names),
      notBefore: certificate.notBefore.getTime(),
      notAfter,
    };
  });
}

function find(ctx: Context, purpose: Purpose): Row | null {
  const row = ctx.store.sqlite
    .prepare(
      `SELECT certificate_pem AS certificatePem, private_key_secret_id AS secretId, names, not_before AS notBefore,
         not_after AS notAfter
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
