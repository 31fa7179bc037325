import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { interceptLocalhostDns } from 'fauxqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../../electron/instance/backups/destinations/destination.ts';
import { probe } from '../../../electron/instance/backups/destinations/probe.ts';
import { readBucketFacts } from '../../../electron/instance/backups/destinations/s3/bucket-facts.ts';
import { openS3 } from '../../../electron/instance/backups/destinations/s3/s3.ts';
import {
  parseS3Place,
  requirePrivateWay,
  type S3Place,
} from '../../../electron/instance/backups/destinations/s3/s3-place.ts';
import { openSession, s3Limits } from '../../../electron/instance/backups/destinations/s3/s3-session.ts';
import type { AppError } from '../../../electron/instance/kernel/app-error.ts';
import {
  type Fault,
  type FaultProxy,
  openFaultProxy,
  openFauxqs,
  openS3rver,
  placeAt,
  type SeenCall,
  type TestStore,
} from '../../s3-stores.ts';

const OURS = 'temps-7c9e6679-7425-40de-944b-e07fc1f90ae7';
const BACKUP = `${OURS}/20261128T203700Z-0198f3a1`;
const FILE = `${BACKUP}/manifest.json`;
const { signal } = new AbortController();
/** A store that is slow to answer is one that hangs, and a call is repeated at once. */
const limits = { ...s3Limits, connectMs: 2000, silentMs: 700, attempts: 3, firstWaitMs: 1 };

const content = (what: string | Uint8Array = 'content') => Readable.from([Buffer.from(what)]);
const open = (store: TestStore, place: S3Place, within = limits): Destination =>
  openS3(openSession(place, () => store.credentials, within));

describe.each([
  ['s3rver', openS3rver, true],
  ['fauxqs', openFauxqs, true],
  ['fauxqs by virtual host', openFauxqs, false],
] as const)('a bucket of %s', (_name, openStore, isPathStyle) => {
  let store: TestStore;
  let bucket: Destination;
  let restoreDns: () => void;
  beforeAll(async () => {
    store = await openStore();
    // No DNS here knows names below it.
    restoreDns = interceptLocalhostDns();
    const endpoint = `http://${isPathStyle ? '127.0.0.1' : 's3.localhost'}:${store.port}`;
    // On a busy machine a store that joins parts says nothing for longer than the limits of the other tests.
    bucket = open(store, placeAt(store.port, { endpoint, isPathStyle, prefix: 'home/temps' }), s3Limits);
  });
  afterAll(async () => {
    restoreDns();
    await store.close();
  });

  it('keeps a file whole, lists it and its folders, and loses it once it is removed', async () => {
    await bucket.write(FILE, content(), signal);
    expect(await text(await bucket.read(FILE, signal))).toBe('content');
    expect(await bucket.list(OURS, signal)).toEqual([{ path: FILE, sizeBytes: 7 }]);
    expect(await bucket.list('', signal)).toEqual([{ path: FILE, sizeBytes: 7 }]);
    // Of another prefix nothing is seen.
    expect(await open(store, placeAt(store.port, { prefix: 'home' })).list(OURS, signal)).toEqual([]);
    await bucket.remove(FILE, signal);
    await bucket.remove(FILE, signal);
    await expect(bucket.read(FILE, signal)).rejects.toMatchObject({ code: 'not_found' });
    expect(await bucket.list(OURS, signal)).toEqual([]);
  });

  it('overwrites nothing', async () => {
    await bucket.write(FILE, content('first'), signal);
    await expect(bucket.write(FILE, content('second'), signal)).rejects.toMatchObject({
      code: 'destination_refused',
      message: /already/,
    });
    expect(await text(await bucket.read(FILE, signal))).toBe('first');
    await bucket.remove(FILE, signal);
  });

  it('takes a file in parts, and gives it back byte for byte', async () => {
    const large = Buffer.alloc(17 * 1024 * 1024 + 5, 'temps ');
    const pieces = Array.from({ length: 18 }, (_, at) =>
      large.subarray(at * 1_000_000, (at + 1) * 1_000_000),
    );
    await bucket.write(FILE, Readable.from(pieces), signal);
    expect((await buffer(await bucket.read(FILE, signal))).equals(large)).toBe(true);
    await bucket.remove(FILE, signal);
  });

  it('passes the probe, which leaves nothing', async () => {
    await probe(bucket, signal);
    expect(await bucket.list('', signal)).toEqual([]);
  });
});

describe('a store that fails', () => {
  let store: TestStore;
  let proxy: FaultProxy;
  let bucket: Destination;
  const at = (place: Partial<S3Place> = {}) => open(store, placeAt(proxy.port, place));
  beforeAll(async () => {
    store = await openS3rver();
    const kept = open(store, placeAt(store.port));
    await kept.write(FILE, content('x'.repeat(3_000_000)), signal);
  });
  afterAll(async () => store.close());
  beforeEach(async () => {
    proxy = await openFaultProxy(store.port);
    bucket = at();
  });
  afterEach(async () => proxy.close());

  const OTHER = `${BACKUP}/manifest.hmac`;
  const acts: Record<string, () => Promise<unknown>> = {
    write: () => bucket.write(OTHER, content(), signal),
    read: async () => buffer(await bucket.read(FILE, signal)),
    list: () => bucket.list(OURS, signal),
    remove: () => bucket.remove(FILE, signal),
  };
  const errorOf = async (act: string) =>
    (await acts[act]?.().then(
      () => null,
      (error: Error) => error,
    )) as AppError;

  const always = (call: string, fault: Fault) => (seen: SeenCall) => (seen.call === call ? fault : null);

  it.each([
    ['write', 'PutObject', 'write objects'],
    ['read', 'GetObject', 'read objects'],
    ['list', 'ListObjectsV2', 'list objects'],
    ['remove', 'DeleteObject', 'delete objects'],
  ])('names the call that is denied: to %s', async (act, call, words) => {
    proxy.fault = always(call, { status: 403, code: 'AccessDenied' });
    const error = await errorOf(act);
    expect(error).toMatchObject({ code: 'destination_refused', details: { call } });
    expect(error.message).toContain(`may not ${words}`);
    // Not repeated: it is no matter of time.
    expect(proxy.seen.filter((seen) => seen.call === call)).toHaveLength(1);
  });

  it.each([
    [{ status: 404, code: 'NoSuchBucket' }, 'destination_gone', /no bucket backups/],
    [
      { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-central-1' } },
      'destination_refused',
      /Give eu-central-1/,
    ],
    [
      { status: 400, code: 'AuthorizationHeaderMalformed', region: 'eu-west-3' },
      'destination_refused',
      /Give eu-west-3/,
    ],
    [{ status: 403, code: 'SignatureDoesNotMatch' }, 'destination_refused', /secret access key/],
    [{ status: 403, code: 'InvalidAccessKeyId' }, 'destination_refused', /does not know the access key/],
    [{ status: 403, code: 'RequestTimeTooSkewed' }, 'destination_refused', /Set the clock/],
    [{ status: 503, code: 'SlowDown' }, 'destination_gone', /busy/],
    [{ status: 507, code: 'XMinioStorageFull' }, 'destination_full', /not enough space/],
    [{ status: 500, code: 'InternalError' }, 'destination_gone', /500/],
    [
      { status: 200, body: '<html>Sign in to the hotel</html>' },
      'destination_refused',
      /as an S3 store does/,
    ],
    [{ status: 404, body: '<html>SECRET-IN-MESSAGE</html>' }, 'destination_refused', /as an S3 store does/],
    ['break', 'destination_gone', /broke|reached/],
    ['hang', 'destination_gone', /in time/],
  ] as const)('that answers %j to a list is named, and nothing of its text is shown', async (fault, code, words) => {
    proxy.fault = always('ListObjectsV2', fault);
    const error = await errorOf('list');
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(words);
    expect(error.message).not.toMatch(/SECRET|hotel/);
    expect(proxy.seen.length).toBeLessThanOrEqual(limits.attempts);
  });

  it('is asked again when it is busy, and says when an object is locked', async () => {
    proxy.fault = ({ call }, nth) =>
      call === 'ListObjectsV2' && nth < 3 ? { status: 503, code: 'SlowDown' } : null;
    expect(await bucket.list(OURS, signal)).toHaveLength(1);
    proxy.fault = always('DeleteObject', { status: 400, code: 'ObjectLocked' });
    expect((await errorOf('remove')).message).toMatch(/locked/);
  });

  it('whose clock differs is asked again by its own', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    proxy.fault = ({ call }, nth) =>
      call === 'ListObjectsV2' && nth === 1
        ? { status: 403, code: 'RequestTimeTooSkewed', headers: { date } }
        : null;
    // It is the store that is right: with that clock the signature is refused here, and what it was signed for is seen.
    await errorOf('list');
    const [first, second] = proxy.seen.map(({ headers }) => String(headers['x-amz-date']));
    expect(second?.slice(0, 11)).not.toBe(first?.slice(0, 11));
  });

  it('is read on from where the connection broke, and not for ever', async () => {
    proxy.fault = ({ call }, nth) => (call === 'GetObject' && nth < 3 ? { cutAt: 1_000_000 } : null);
    expect((await buffer(await bucket.read(FILE, signal))).equals(Buffer.alloc(3_000_000, 'x'))).toBe(true);
    expect(proxy.seen.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=1000000-',
      'bytes=2000000-',
    ]);
    proxy.fault = always('GetObject', { cutAt: 10 });
    expect(await errorOf('read')).toMatchObject({ code: 'destination_gone', message: /broke/ });
    expect(proxy.seen.length).toBeLessThan(20);
  });

  it('that stops in the middle of an object is asked again from there', async () => {
    proxy.fault = ({ call }, nth) => (call === 'GetObject' && nth === 1 ? { stallAt: 1000 } : null);
    expect((await buffer(await bucket.read(FILE, signal))).length).toBe(3_000_000);
    expect(proxy.seen.at(-1)?.headers.range).toBe('bytes=1000-');
  });

  it('that answers without end is given up', async () => {
    proxy.fault = always('ListObjectsV2', { status: 200, body: 'x'.repeat(9 * 1024 * 1024) });
    expect(await errorOf('list')).toMatchObject({
      code: 'destination_refused',
      message: /more than an S3 store/,
    });
  });

  it('ends the upload that it breaks, and the one that a kill left', async () => {
    const large = Readable.from([Buffer.alloc(9 * 1024 * 1024), Buffer.alloc(9 * 1024 * 1024)]);
    proxy.fault = ({ call, path }) =>
      call === 'UploadPart' && path.includes('partNumber=2') ? { status: 403, code: 'AccessDenied' } : null;
    await expect(bucket.write(OTHER, large, signal)).rejects.toMatchObject({ code: 'destination_refused' });
    expect(proxy.seen.filter(({ call }) => call === 'AbortMultipartUpload')).toHaveLength(1);
    expect(await bucket.list(OURS, signal)).toHaveLength(1);
    const listed = (keys: string[]) =>
      `<ListMultipartUploadsResult>${keys.map((key) => `<Upload><Key>${key}</Key><UploadId>${key.length}</UploadId></Upload>`).join('')}</ListMultipartUploadsResult>`;
    proxy.seen.length = 0;
    proxy.fault = always('ListMultipartUploads', { status: 200, body: listed([OTHER, 'somebody/else']) });
    await bucket.endWrites(BACKUP, signal);
    const ended = proxy.seen.filter(({ call }) => call === 'AbortMultipartUpload').map(({ path }) => path);
    expect(ended).toEqual([expect.stringContaining('manifest.hmac')]);
  });

  it('that knows no conditional writes is written to without', async () => {
    proxy.fault = ({ call, headers }) =>
      call === 'PutObject' && headers['if-none-match'] ? { status: 501, code: 'NotImplemented' } : null;
    await bucket.write(OTHER, content(), signal);
    expect(await text(await bucket.read(OTHER, signal))).toBe('content');
    await bucket.remove(OTHER, signal);
    proxy.fault = always('PutObject', { status: 412, code: 'PreconditionFailed' });
    expect(await errorOf('write')).toMatchObject({ code: 'destination_refused', message: /already/ });
  });

  it('lists what is ours beside 100,000 foreign objects, page by page, and gives up a list without end', async () => {
    const page = (nth: number, more: boolean) =>
      `<ListBucketResult><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>t${nth}</NextContinuationToken>` : ''}${
        more
          ? Array.from(
              { length: 1000 },
              (_, at) => `<Contents><Key>holiday/${nth}-${at}</Key><Size>1</Size></Contents>`,
            ).join('')
          : `<Contents><Key>${FILE}</Key><Size>7</Size></Contents>`
      }</ListBucketResult>`;
    // A store that does not heed the prefix either.
    proxy.fault = ({ call }, nth) =>
      call === 'ListObjectsV2' ? { status: 200, body: page(nth, nth <= 100) } : null;
    const before = process.memoryUsage().heapUsed;
    expect(await bucket.list(OURS, signal)).toEqual([{ path: FILE, sizeBytes: 7 }]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150 * 1024 * 1024);
    proxy.fault = always('ListObjectsV2', { status: 200, body: page(1, true) });
    expect(await errorOf('list')).toMatchObject({ code: 'destination_refused', message: /does not end/ });
  });

  it('that sends calls elsewhere is not followed', async () => {
    const elsewhere = await openFaultProxy(store.port);
    const headers = { location: `http://127.0.0.1:${elsewhere.port}/backups` };
    proxy.fault = always('ListObjectsV2', { status: 307, code: 'TemporaryRedirect', headers });
    expect(await errorOf('list')).toMatchObject({ code: 'destination_refused' });
    expect(elsewhere.seen).toEqual([]);
    await elsewhere.close();
  });

  it('says which of the four failed when it is tried out', async () => {
    proxy.fault = always('DeleteObject', { status: 403, code: 'AccessDenied' });
    await expect(probe(bucket, signal)).rejects.toMatchObject({
      details: { step: 'delete' },
      message: /may not delete/,
    });
  });

  it('takes no path but ours', async () => {
    for (const path of ['../elsewhere', '/etc/passwd', `${OURS}/../x`, '', 'a//b'])
      await expect(bucket.read(path, signal), path).rejects.toMatchObject({ code: 'destination_refused' });
    expect(proxy.seen).toEqual([]);
  });

  it('says what can be read of the bucket, and which call was refused', async () => {
    const body = (name: string, xml: string): Fault => ({ status: 200, body: `<${name}>${xml}</${name}>` });
    const answers: Record<string, Fault> = {
      GetBucketVersioning: body('VersioningConfiguration', '<Status>Enabled</Status>'),
      GetObjectLockConfiguration: body(
        'ObjectLockConfiguration',
        '<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>30</Days></DefaultRetention></Rule>',
      ),
      GetBucketEncryption: { status: 403, code: 'AccessDenied' },
      GetPublicAccessBlock: { status: 404, code: 'NoSuchPublicAccessBlockConfiguration' },
      GetBucketPolicyStatus: body('PolicyStatus', '<IsPublic>true</IsPublic>'),
    };
    const read = async () => {
      const session = openSession(placeAt(proxy.port), () => store.credentials, limits);
      const facts = await readBucketFacts(session, signal);
      return Object.fromEntries(facts.map((fact) => [fact.name, fact]));
    };
    proxy.fault = ({ call }) => answers[String(call)] ?? null;
    expect(await read()).toMatchObject({
      versioning: { text: /^Kept/, isWarning: false },
      object_lock: { text: /locked for 30 days/ },
      encryption: { text: /may not call GetBucketEncryption/, refusedCall: 'GetBucketEncryption' },
      public_access: { text: /is public/, isWarning: true },
    });
    answers.GetBucketPolicyStatus = { status: 404, code: 'NoSuchBucketPolicy' };
    answers.GetObjectLockConfiguration = { status: 404, code: 'ObjectLockConfigurationNotFoundError' };
    answers.GetBucketVersioning = { status: 501, code: 'NotImplemented' };
    expect(await read()).toMatchObject({
      versioning: { text: 'This store does not tell.' },
      object_lock: { text: 'Objects are not locked.' },
      public_access: { text: /no policy/, isWarning: false },
    });
  });
});

describe('credentials', () => {
  it('are those given, whatever the environment and ~/.aws say, and are in no error', async () => {
    const home = mkdtempSync(join(tmpdir(), 'temps-aws-'));
    const marker = join(home, 'asked');
    const config = join(home, 'config');
    writeFileSync(
      config,
      `[default]\nregion = mars-north-1\nendpoint_url = http://127.0.0.1:1\ncredential_process = touch ${marker}\n`,
    );
    const environment = {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: config,
      AWS_ACCESS_KEY_ID: 'AKIAOFTHEENVIRONMENT',
      AWS_SECRET_ACCESS_KEY: 'secret-of-the-environment',
      AWS_REGION: 'mars-north-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
      HTTP_PROXY: 'http://127.0.0.1:1',
      http_proxy: 'http://127.0.0.1:1',
    };
    const before = { ...process.env };
    Object.assign(process.env, environment);
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(String(request.headers.authorization), String(request.url));
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end(
        `<Error><Code>AccessDenied</Code><Message>${request.headers.authorization}</Message></Error>`,
      );
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const credentials = { accessKeyId: 'AKIACANARY', secretAccessKey: 'canary/secret+key' };
      const place = placeAt((server.address() as AddressInfo).port);
      const error: Error = await openS3(openSession(place, () => credentials, limits))
        .list(OURS, signal)
        .then(
          () => new Error('it listed'),
          (thrown: Error) => thrown,
        );
      expect(error).toMatchObject({ code: 'destination_refused' });
      const told = JSON.stringify([
        error.message,
        error.stack,
        error,
        String((error as { cause?: unknown }).cause),
      ]);
      for (const canary of Object.values(credentials)) expect(told).not.toContain(canary);
      expect(seen[0]).toContain('Credential=AKIACANARY/');
      expect(seen[0]).toContain('/us-east-1/s3/');
      expect(seen.join()).not.toContain(credentials.secretAccessKey);
      expect(existsSync(marker)).toBe(false);
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
      Object.assign(process.env, before);
      await new Promise((done) => server.close(done));
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('with a line end or space are refused before any call', async () => {
    for (const accessKeyId of ['', 'AKIA\r\nX-Header: 1', 'two words', 'ключ']) {
      const session = openSession(placeAt(1), () => ({ accessKeyId, secretAccessKey: 'any' }), limits);
      await expect(openS3(session).list(OURS, signal)).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });
});

describe('a place in a store', () => {
  const refused = (given: Parameters<typeof parseS3Place>[0], field: string) => {
    try {
      parseS3Place(given);
    } catch (error) {
      return Object.keys((error as AppError).fields ?? {}).includes(field);
    }
    return false;
  };
  it.each([
    [{ bucket: 'arn:aws:s3:::x' }, 'bucket'],
    [{ bucket: 'a/b' }, 'bucket'],
    [{ bucket: 'backups', prefix: '../x' }, 'prefix'],
    [{ bucket: 'backups', prefix: 'a//b' }, 'prefix'],
    [{ bucket: 'backups', region: 'eu.evil.example/' }, 'region'],
    [{ bucket: 'backups', endpoint: 'https://user:pass@store.example' }, 'endpoint'],
    [{ bucket: 'backups', endpoint: 'https://store.example/path' }, 'endpoint'],
    [{ bucket: 'backups', endpoint: 'file:///etc' }, 'endpoint'],
    [{ bucket: 'backups', endpoint: 'http://169.254.169.254' }, 'endpoint'],
    [{ bucket: 'backups', endpoint: 'http://[fe80::1]:9000' }, 'endpoint'],
  ])('%j is refused', (given, field) => {
    expect(refused(given, field)).toBe(true);
  });

  it('over plain http takes a yes, but here, and never what can be read', () => {
    const judge = (endpoint: string, acceptsPlainHttp: boolean, isReadable: boolean) => {
      const place = parseS3Place({ bucket: 'backups', endpoint });
      try {
        requirePrivateWay(place, { acceptsPlainHttp, isReadable });
        return true;
      } catch {
        return false;
      }
    };
    expect(judge('https://nas.example', false, true)).toBe(true);
    expect(judge('http://127.0.0.1:9000', false, true)).toBe(true);
    expect(judge('http://192.168.1.5:9000', false, false)).toBe(false);
    expect(judge('http://192.168.1.5:9000', true, false)).toBe(true);
    expect(judge('http://192.168.1.5:9000', true, true)).toBe(false);
    expect(judge('http://127.0.0.1.example:9000', false, false)).toBe(false);
  });
});
