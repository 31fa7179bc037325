import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findAuthorities, getLeaf } from '../../electron/instance/certificates/local-authority.ts';
import { ADMIN, openDoor, type TestDoor, type Who } from '../api/harness.ts';
import { openTestContext, type TestContext } from '../context.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('names of the certificate', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let admin: Who;
  beforeAll(async () => {
    door = await openDoor('https');
    admin = await door.signIn(ADMIN.email, ADMIN.password);
  });
  afterAll(() => door.stop());
  const setNames = (names: string[], who: Who) =>
    door.request('PUT', '/settings', { https_names: names }, who);

  it('are set by a person who confirmed, and by no key', async () => {
    const key = await door.owner('POST', '/api-keys', { name: 'settings', role_type: 'admin' });
    const byKey = await setNames(['nas.lan'], { token: key.body.api_key });
    expect([byKey.status, byKey.body.error_code]).toEqual([403, 'confirmation_required']);
    // The key may go on changing what widens no trust.
    const other = await door.request('PUT', '/settings', { session_days: 5 }, { token: key.body.api_key });
    expect(other.status).toBe(200);
    expect((await setNames(['nas.lan', '192.168.1.20'], admin)).status).toBe(200);
    door.clock.advance(6 * 60_000);
    expect((await setNames(['nas.local'], admin)).body.error_code).toBe('confirmation_required');
  });

  it.each([
    'example.com',
    'EXAMPLE.COM',
    'example.com.',
    'www.google.com',
    'com',
    'localhost.evil.example',
    'notlocal',
    'evil-lan',
    'lan.example',
    '8.8.8.8',
    '172.32.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
  ])('are none that someone elsewhere may own: %s', async (name) => {
    const answer = await door.owner('PUT', '/settings', { https_names: ['nas.lan', name] });
    expect([answer.status, Object.keys(answer.body.errors ?? {})]).toEqual([400, ['https_names.1']]);
  });
});

describe('the local authority', () => {
  let test: TestContext;
  let folder: string;
  beforeEach(() => {
    test = openTestContext();
    folder = mkdtempSync(join(tmpdir(), 'temps-authority-'));
  });
  afterEach(() => {
    test.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const getAuthorities = () => {
    const found = findAuthorities(test.ctx);
    if (!found) throw new Error('none');
    return found;
  };
  /** What OpenSSL says of a leaf to a device that trusts this authority, at this time. */
  const verify = (leafPem: string, trustedPem: string) =>
    spawnSync(
      'openssl',
      [
        'verify',
        '-attime',
        String(Math.floor(test.clock.time / 1000)),
        '-CAfile',
        write('trusted.pem', trustedPem),
        write('leaf.pem', leafPem),
      ],
      { encoding: 'utf8' },
    );
  const firstOf = (pem: string) => `${pem.split('-----END')[0]}-----END CERTIFICATE-----\n`;

  it.each([
    ['DNS:example.com', false],
    ['DNS:localhost.example.com', false],
    ['IP:8.8.8.8', false],
    ['IP:2606:4700::1111', false],
    ['DNS:nas.lan', true],
    ['DNS:shop.home.arpa', true],
    ['DNS:shop-attic.local', true],
    ['DNS:app.internal', true],
    ['IP:192.168.1.20', true],
    ['IP:10.1.2.3', true],
    ['IP:100.100.1.2', true],
    ['IP:fd00::5', true],
  ])('vouches in vain for %s when its key was stolen: %s', async (name, isTaken) => {
    await getLeaf(test.ctx, ['localhost', '127.0.0.1']);
    const { current } = getAuthorities();
    const secretId = test.ctx.store.sqlite
      .prepare("SELECT private_key_secret_id FROM local_certificates WHERE purpose = 'authority'")
      .pluck()
      .get() as string;
    const key = write('authority.key', test.ctx.vault.open(secretId as never).reveal());
    const authority = write('authority.pem', current.certificatePem);
    const leafKey = join(folder, 'leaf.key');
    const request = join(folder, 'leaf.csr');
    const quiet = { stdio: 'ignore' } as const;
    execFileSync(
      'openssl',
      [
        'req',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        leafKey,
        '-subj',
        '/CN=x',
        '-out',
        request,
      ],
      quiet,
    );
    const extensions = write('extensions', `subjectAltName=${name}\n`);
    const signed = execFileSync('openssl', [
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      authority,
      '-CAkey',
      key,
      '-days',
      '30',
      '-extfile',
      extensions,
    ]);
    test.clock.time = Date.now() + DAY_MS;
    const { status, stderr } = verify(signed.toString(), current.certificatePem);
    expect(status === 0, stderr).toBe(isTaken);
    if (!isTaken) expect(stderr).toContain('permitted subtree violation');
  });

  it('says what it may do where a device that does not understand it must not trust it', async () => {
    await getLeaf(test.ctx, ['localhost']);
    const path = write('authority.pem', getAuthorities().current.certificatePem);
    const text = execFileSync('openssl', ['x509', '-noout', '-text', '-in', path], { encoding: 'utf8' });
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    expect(text).toMatch(/Name Constraints: critical\s+Permitted:/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
  });

  it('leaves names out of its leaf that it may not vouch for, instead of serving one that no device takes', async () => {
    const leaf = await getLeaf(test.ctx, ['localhost', 'example.com', '127.0.0.1', '2a02:8071::1']);
    const certificate = new X509Certificate(leaf.certificatePem);
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
    expect(verify(firstOf(leaf.certificatePem), getAuthorities().current.certificatePem).status).toBe(0);
  });

  it('lasts two years, and no device that trusts the next one in time ever sees a warning', async () => {
    const serve = async () => firstOf((await getLeaf(test.ctx, ['localhost'])).certificatePem);
    await serve();
    const first = getAuthorities().current;
    expect((first.notAfter - test.clock.time) / DAY_MS).toBeCloseTo(730, 0);
    expect(getAuthorities().next).toBeNull();
    const announced: number[] = [];
    let trusted = first.certificatePem;
    // A server that runs for five years, looked at every ten days.
    for (let day = 0; day < 5 * 365; day += 10) {
      test.clock.advance(10 * DAY_MS);
      expect(verify(await serve(), trusted).status, `day ${day}`).toBe(0);
      const { next, current } = getAuthorities();
      if (!next) continue;
      const daysLeft = (next.takesOverAt - test.clock.time) / DAY_MS;
      announced.push(daysLeft);
      // The last moment: the device hears of it two weeks before the change.
      if (daysLeft < 15) trusted = `${next.certificatePem}\n${current.certificatePem}`;
    }
    expect(Math.max(...announced)).toBeGreaterThan(130);
    expect(getAuthorities().current.sha256).not.toBe(first.sha256);
  });

  it('says so in the audit log when it is created and when it is replaced', async () => {
    await getLeaf(test.ctx, ['localhost']);
    for (let day = 0; day < 730; day += 10) {
      test.clock.advance(10 * DAY_MS);
      await getLeaf(test.ctx, ['localhost']);
    }
    const operations = test.ctx.store.sqlite
      .prepare('SELECT operation FROM audit_log ORDER BY id')
      .pluck()
      .all();
    expect(operations).toEqual([
      'LOCAL_AUTHORITY_CREATED',
      'LOCAL_AUTHORITY_CREATED',
      'LOCAL_AUTHORITY_REPLACED',
    ]);
    // The key of the one that was replaced is gone: of the new one and of the leaf there are two.
    const secrets = test.ctx.store.sqlite.prepare('SELECT id FROM secrets').pluck().all();
    const used = test.ctx.store.sqlite
      .prepare('SELECT private_key_secret_id FROM local_certificates')
      .pluck()
      .all();
    expect([secrets.length, secrets.toSorted()]).toEqual([2, used.toSorted()]);
  });
});
