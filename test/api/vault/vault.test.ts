import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { type Instance, type InstanceOptions, openInstance } from '../../../electron/instance/instance.ts';
import { openStore } from '../../../electron/instance/store/store.ts';
import { formatWords } from '../../../electron/instance/vault/copies/words.ts';
import { recoveryShape } from '../../../electron/instance/vault/recovery/recovery-shapes.ts';
import { parseKeyText } from '../../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';
import { doctorShape } from '../../../electron/instance/vault/secrets/secret-shapes.ts';
import { findLeaks } from '../../crash/leaks.ts';
import { prepare } from '../../crash/open-core.ts';
import { until } from '../../keyring.ts';
import { quick } from '../../work-factor.ts';
import { recorded } from '../recording/record-answers.ts';

const PASSPHRASE = 'brisk lantern under seven quiet boats';
const CANARY = 'canary-secret-value-7f3a';

let folder: string;
let dataDir: string;
let instance: Instance | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-vault-'));
  dataDir = join(folder, 'data');
  instance = null;
});
afterEach(async () => {
  await instance?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (options: Partial<InstanceOptions> = {}) => {
  instance = await openInstance({ dataDir, env: {}, ...quick, ...options });
  await instance.start({});
  return instance;
};
const restart = async (options: Partial<InstanceOptions> = {}) => {
  await instance?.stop();
  return await start(options);
};
/** Unrecorded, for what is asked until it is so: how often is chance. */
const ask = async (method: string, path: string, body?: unknown) => {
  const init = {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  };
  const response = await (instance as Instance).fetch(
    new Request(`http://localhost/api${path}`, init),
    createOwner('window', Date.now()),
  );
  const text = await response.text();
  const headers = Object.fromEntries(response.headers);
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  return { status: response.status, headers, text, body: (text === '' ? null : JSON.parse(text)) as any };
};
const call = recorded('window', ask);
const addSecret = async () => {
  await call('POST', '/projects', { name: 'shop' });
  await call('POST', '/projects/shop/env-vars', { key: 'API_TOKEN', value: CANARY, is_secret: true });
  await call('POST', '/projects/shop/env-vars', { key: 'PORT', value: '3000', is_secret: false });
};
const reveal = async () => (await call('GET', '/projects/shop/env-vars/API_TOKEN/value')).body.value;
const keyFile = () => join(dataDir, 'encryption_key');
const wordsOf = (path: string) => {
  const key = parseKeyText(readFileSync(path, 'utf8').trim());
  return key ? formatWords(key) : '';
};

describe('a start', () => {
  it('makes a key the first time, and finds it afterwards', async () => {
    await start();
    const { body } = await call('GET', '/vault/key');
    expect(body).toMatchObject({ epoch: 1, custody: { name: 'file', place: keyFile() } });
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    await addSecret();
    await restart();
    expect((await call('GET', '/vault/key')).body.fingerprint).toBe(body.fingerprint);
    expect(await reveal()).toBe(CANARY);
  });

  it('with a key and no database takes the key, and says so', async () => {
    await start();
    await addSecret();
    const { fingerprint } = (await call('GET', '/vault/key')).body;
    await instance?.stop();
    rmSync(join(dataDir, 'temps.db'));
    await start();
    const { body } = await call('GET', '/vault/status');
    expect(body).toMatchObject({ state: 'running', fingerprint });
    expect(body.said).toEqual([expect.stringMatching(/database is new.*already.*restore that database/)]);
    await restart();
    expect((await call('GET', '/vault/status')).body.said).toEqual([]);
  });

  it('without its key is locked, makes none, and changes nothing but its line in the audit log', async () => {
    await start();
    await addSecret();
    await instance?.stop();
    renameSync(keyFile(), join(folder, 'kept'));
    const dump = () => {
      const store = openStore(dataDir, { now: () => 0 });
      const tables = store.sqlite
        .prepare(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('audit_log', 'commit_mark')",
        )
        .pluck()
        .all() as string[];
      const contents = tables.map((table) => [table, store.sqlite.prepare(`SELECT * FROM "${table}"`).all()]);
      const lines = store.sqlite.prepare('SELECT count(*) FROM audit_log').pluck().get() as number;
      store.close();
      return { contents: JSON.stringify(contents), lines };
    };
    const before = dump();
    await start();
    const { body } = await call('GET', '/vault/status');
    expect(body).toMatchObject({ state: 'locked', case: 'missing', health: { level: 'broken' } });
    await instance?.stop();
    instance = null;
    expect(existsSync(keyFile())).toBe(false);
    const after = dump();
    expect(after.contents).toBe(before.contents);
    expect(after.lines).toBe(before.lines + 1);
  });

  it('with a foreign key is locked, names both, and leaves the file alone', async () => {
    await start();
    await addSecret();
    await instance?.stop();
    writeFileSync(keyFile(), `${'ab'.repeat(32)}\n`);
    await start();
    const { body } = await call('GET', '/vault/status');
    expect(body.case).toBe('foreign_key');
    expect(body.found_fingerprint).toBe(parseKeyText('ab'.repeat(32))?.fingerprint);
    expect(body.detail).toContain(body.fingerprint);
    expect(readFileSync(keyFile(), 'utf8')).toBe(`${'ab'.repeat(32)}\n`);
  });

  it.each([
    ['60 digits', () => writeFileSync(keyFile(), `${'ab'.repeat(30)}\n`), /60 hex digits/],
    ['nothing', () => writeFileSync(keyFile(), ''), /it is empty/],
    ['a link', () => symlinkSync(join(folder, 'kept'), keyFile()), /symbolic link/],
    ['a directory', () => mkdirSync(keyFile()), /is a directory/],
  ] as const)('with a key file that is %s is locked, and opens with a copy', async (_, spoil, message) => {
    await start();
    await addSecret();
    const words = wordsOf(keyFile());
    await instance?.stop();
    renameSync(keyFile(), join(folder, 'kept'));
    spoil();
    await start();
    const { body } = await call('GET', '/vault/status');
    expect(body).toMatchObject({ state: 'locked', case: 'waiting', detail: expect.stringMatching(message) });
    expect((await call('GET', '/projects/shop/env-vars/PORT/value')).body.value).toBe('3000');
    expect((await call('POST', '/vault/unlock', { method: 'custody' })).status).toBe(423);
    const opened = (await call('POST', '/vault/unlock', { method: 'words', words })).body;
    expect(opened).toMatchObject({ state: 'running', note: expect.stringMatching(/only in memory/) });
    expect(await reveal()).toBe(CANARY);
    await instance?.stop();
    rmSync(keyFile(), { recursive: true });
    renameSync(join(folder, 'kept'), keyFile());
    await start();
    expect(await reveal()).toBe(CANARY);
  });

  it('that is the first refuses a key file that is none by its name, and makes no key', async () => {
    mkdirSync(dataDir);
    writeFileSync(keyFile(), 'ab'.repeat(30));
    await expect(openInstance({ dataDir, env: {} })).rejects.toMatchObject({ code: 'key_file_invalid' });
    rmSync(keyFile());
    mkdirSync(keyFile());
    await expect(openInstance({ dataDir, env: {} })).rejects.toMatchObject({ code: 'key_file_unsafe' });
    expect(readdirSync(dataDir).filter((name) => name.startsWith('encryption_key'))).toEqual([
      'encryption_key',
    ]);
    expect(statSync(keyFile()).isDirectory()).toBe(true);
  });

  it('with the key of an older epoch is locked and names it', async () => {
    await start();
    await addSecret();
    const old = readFileSync(keyFile(), 'utf8');
    await call('POST', '/vault/key/rotation', {});
    const { new_fingerprint } = (await call('GET', '/vault/key/rotation')).body.rotation;
    await call('POST', '/vault/key/rotation/prove', { override_fingerprint: new_fingerprint });
    await call('POST', '/vault/key/rotation/seal?wait=true');
    await instance?.stop();
    for (const path of [keyFile(), `${keyFile()}.${(await oldFingerprint(old)).replaceAll('-', '')}`])
      rmSync(path, { force: true });
    writeFileSync(keyFile(), old, { mode: 0o600 });
    await start();
    expect((await call('GET', '/vault/status')).body).toMatchObject({
      case: 'old_key',
      found_fingerprint: await oldFingerprint(old),
    });
  });
  const oldFingerprint = async (text: string) => parseKeyText(text.trim())?.fingerprint ?? '';

  it('repairs loose permissions and says so', async () => {
    await start();
    await instance?.stop();
    chmodSync(keyFile(), 0o644);
    chmodSync(dataDir, 0o755);
    await start();
    expect((await call('GET', '/vault/status')).body.said.join()).toMatch(/0700.*0600/s);
    expect(statSync(keyFile()).mode & 0o077).toBe(0);
    expect(statSync(dataDir).mode & 0o077).toBe(0);
  });

  it('with passphrase custody waits for the passphrase, and does not hint', async () => {
    await start({ custody: 'passphrase', passphrase: new SecretText(PASSPHRASE) });
    await addSecret();
    await restart();
    expect((await call('GET', '/vault/status')).body).toMatchObject({
      case: 'waiting',
      refused: false,
      custody_asked_at: expect.any(Number),
    });
    const wrong = await call('POST', '/vault/unlock', {
      method: 'passphrase',
      passphrase: 'brisk lantern under seven quiet boots',
    });
    expect(wrong.body).toMatchObject({
      error_code: 'passphrase_wrong',
      detail: 'Wrong passphrase.',
    });
    expect(
      (await call('POST', '/vault/unlock', { method: 'passphrase', passphrase: PASSPHRASE })).body.state,
    ).toBe('running');
    expect(await reveal()).toBe(CANARY);
    expect(existsSync(keyFile())).toBe(false);
    const copy = join(folder, 'copy.age');
    await call('POST', '/vault/key/copies', {
      format: 'age',
      path: copy,
      passphrase: 'another olive kettle altogether',
      keep_anyway: true,
    });
    await restart();
    await call('POST', '/vault/unlock', {
      method: 'path',
      path: copy,
      passphrase: 'another olive kettle altogether',
    });
    expect(await reveal()).toBe(CANARY);
    expect(readdirSync(dataDir).filter((name) => name.endsWith('.age'))).toEqual(['encryption_key.age']);
  });

  it('takes its key from a mount, and never writes there', async () => {
    const mount = join(folder, 'mounted');
    writeFileSync(mount, `${'cd'.repeat(32)}\n`, { mode: 0o400 });
    const env = { TEMPS_ENCRYPTION_KEY_FILE: mount };
    await start({ env });
    await addSecret();
    expect((await call('GET', '/vault/key')).body).toMatchObject({
      fingerprint: parseKeyText('cd'.repeat(32))?.fingerprint,
      custody: { name: 'external', writable: false },
    });
    expect((await call('POST', '/vault/key/rotation', {})).body.error_code).toBe('rotation_not_possible');
    chmodSync(mount, 0o600);
    writeFileSync(mount, `${'cd'.repeat(32)}\n${'ef'.repeat(32)}\n`);
    const { rotation } = (await call('POST', '/vault/key/rotation', {})).body;
    await call('POST', '/vault/key/rotation/prove', { override_fingerprint: rotation.new_fingerprint });
    expect((await call('POST', '/vault/key/rotation/seal?wait=true')).body.rotation.state).toBe('done');
    await restart({ env });
    expect(await reveal()).toBe(CANARY);
    expect(readFileSync(mount, 'utf8')).toBe(`${'cd'.repeat(32)}\n${'ef'.repeat(32)}\n`);
    // An old key there counts as shredded once the mount was read and lacks it.
    const shred = async () => {
      const { old_fingerprint: old } = rotation;
      return await call('POST', `/vault/key/epochs/${old}/shred`, { confirm: old });
    };
    expect((await shred()).body).toMatchObject({
      error_code: 'custody_read_only',
      detail: expect.stringContaining('remove the key there'),
    });
    renameSync(mount, `${mount}.gone`);
    expect((await shred()).body.detail).toMatch(/cannot be seen/);
    writeFileSync(mount, `${'ef'.repeat(32)}\n`, { mode: 0o400 });
    expect((await shred()).status).toBe(204);
    await restart({ env });
    expect(await reveal()).toBe(CANARY);
  });

  it.each([
    ['is not there', null, 'missing', /^No key at .*mounted\. The active key is/],
    ['is empty', '', 'waiting', /mounted is not a key: it is empty/],
    ['is of another instance', 'ef'.repeat(32), 'foreign_key', /mounted holds .* never belonged to this/],
    ['is cut short', 'cd'.repeat(20), 'waiting', /it has 40 hex digits, not 64/],
  ])('with a mount that %s is locked, says so, and keeps nothing of it', async (_, text, found, said) => {
    const mount = join(folder, 'mounted');
    writeFileSync(mount, 'cd'.repeat(32), { mode: 0o600 });
    const env = { TEMPS_ENCRYPTION_KEY_FILE: mount };
    await start({ env });
    await addSecret();
    await instance?.stop();
    if (text === null) rmSync(mount);
    else writeFileSync(mount, text);
    await start({ env });
    expect((await call('GET', '/vault/status')).body).toMatchObject({
      state: 'locked',
      case: found,
      detail: expect.stringMatching(said),
    });
    expect(existsSync(keyFile())).toBe(false);
    expect((await call('GET', '/projects/shop/env-vars/PORT/value')).body.value).toBe('3000');
    writeFileSync(mount, 'cd'.repeat(32), { mode: 0o600 });
    expect((await call('POST', '/vault/unlock', { method: 'custody' })).body.state).toBe('running');
    expect(await reveal()).toBe(CANARY);
  });
});

describe('a running vault', () => {
  it('says when a secret was last used, and writes nothing to read one', async () => {
    await start();
    await addSecret();
    await reveal();
    const find = async () => (await call('GET', '/vault/secrets?kind=env_var')).body.secrets[0];
    expect(await find()).toMatchObject({
      state: 'ok',
      last_used_at: null,
      owner: { title: 'API_TOKEN of shop (production)' },
    });
    await restart();
    expect((await find()).last_used_at).toBeGreaterThan(0);
  });

  it('says when its key file is gone, spoilt or another, and no more once a copy put it back', async () => {
    await start();
    await addSecret();
    const words = wordsOf(keyFile());
    await call('POST', '/vault/key/copies', { format: 'words' });
    const reasons = async () =>
      (await call('GET', '/vault/key')).body.health.reasons.map((reason: { code: string }) => reason.code);
    expect(await reasons()).toEqual(['no_separate_copy', 'backup_never']);
    renameSync(keyFile(), join(folder, 'kept'));
    expect(await reasons()).toEqual(['custody_disagrees', 'no_separate_copy', 'backup_never']);
    const { body } = await call('GET', '/vault/status');
    expect(body).toMatchObject({ state: 'running', health: { level: 'broken' } });
    expect(body.health.reasons[0].message).toMatch(/does not hold the key in use.*key copy.*key unlock/);
    for (const text of ['', `${'ab'.repeat(32)}\n`]) {
      writeFileSync(keyFile(), text);
      expect((await reasons())[0]).toBe('custody_disagrees');
    }
    rmSync(keyFile());
    expect((await call('POST', '/vault/unlock', { method: 'words', words })).body).toMatchObject({
      note: null,
      health: { level: 'at_risk' },
    });
    expect(readFileSync(keyFile(), 'utf8')).toBe(readFileSync(join(folder, 'kept'), 'utf8'));
  });

  it('notices by itself that its key file is gone', async () => {
    await start();
    await addSecret();
    renameSync(keyFile(), join(folder, 'kept'));
    const codes = async () =>
      (await ask('GET', '/vault/status')).body.health.reasons.map((reason: { code: string }) => reason.code);
    let seen: string[] = [];
    const looking = setInterval(async () => {
      seen = await codes();
    }, 200);
    await until(() => seen.includes('custody_disagrees'));
    clearInterval(looking);
  });

  it('names a database that is gone as that, whatever the check in the background made of it', async () => {
    await start();
    await addSecret();
    expect((await call('GET', '/vault/status')).body.database).toEqual({ state: 'ok', detail: null });
    rmSync(join(dataDir, 'temps.db'));
    const refused = await call('POST', '/projects', { name: 'second' });
    expect(refused.body.error_code).toBe('database_gone');
    expect((await call('GET', '/vault/status')).body.database).toEqual({
      state: 'gone',
      detail: expect.stringMatching(/deleted or replaced/),
    });
  });

  it('finds a value cut short damaged, and one whose row is gone, and names both', async () => {
    await start();
    await addSecret();
    await call('POST', '/projects/shop/env-vars', { key: 'OTHER', value: CANARY, is_secret: true });
    await instance?.stop();
    const store = openStore(dataDir, { now: () => 0 });
    const idOf = (key: string) =>
      store.sqlite.prepare('SELECT secret_id FROM env_vars WHERE key = ?').pluck().get(key) as string;
    const [cut, gone] = [idOf('API_TOKEN'), idOf('OTHER')];
    store.sqlite.pragma('foreign_keys = OFF');
    store.sqlite.prepare('UPDATE secrets SET sealed = substr(sealed, 1, 20) WHERE id = ?').run(cut);
    store.sqlite.prepare('DELETE FROM secrets WHERE id = ?').run(gone);
    store.close();
    await start();
    const report = (await call('POST', '/vault/doctor?wait=true')).body;
    expect(doctorShape.parse(report)).toEqual(report);
    const brief = report.failures.map((failure: { id: string; reason: string; owner: { title: string } }) => [
      failure.id,
      failure.reason,
      failure.owner.title,
    ]);
    expect(brief).toEqual([
      [cut, 'damaged', expect.stringMatching(/^API_TOKEN of shop/)],
      [gone, 'row_missing', expect.stringMatching(/^OTHER of shop/)],
    ]);
    expect(report).toMatchObject({ failed: 2, total: report.opened + 2, checked: report.total });
    const { details } = (await call('POST', '/vault/key/rotation', {})).body;
    expect(details.unreadable).toMatchObject([{ id: cut, reason: 'damaged' }]);
    await call('POST', '/vault/lock');
    const locked = (await call('POST', '/vault/doctor?wait=true')).body;
    expect(locked.failures.find(({ id }: { id: string }) => id === cut).reason).toBe('damaged');
  });

  it('tells whoever listens that it was locked, and ends the stream when it stops', async () => {
    const running = await start();
    const response = await running.fetch(
      new Request('http://localhost/api/events'),
      createOwner('window', Date.now()),
    );
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let heard = '';
    const hear = async (text: string) => {
      while (!heard.includes(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream ended');
        heard += Buffer.from(value).toString('utf8');
      }
    };
    await hear('"state":"running"');
    await call('POST', '/vault/lock');
    await hear('"state":"locked"');
    instance = null;
    await running.stop();
    while (!(await reader.read()).done);
  });

  it('serves HTTPS with a certificate of this start while locked, and its own once it opens', async () => {
    await start();
    await addSecret();
    const text = readFileSync(keyFile(), 'utf8').trim();
    await instance?.stop();
    rmSync(keyFile());
    instance = await openInstance({ dataDir, env: {} });
    const doors = await instance.start({ https: { port: 0 }, http: { port: 0 } });
    expect(doors.certificate?.isTemporary).toBe(true);
    const port = Number(new URL(doors.httpsUrl ?? '').port);
    const served = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().fingerprint256);
          socket.destroy();
        });
        socket.once('error', reject);
      });
    expect(await served()).toBe(doors.certificate?.fingerprint);
    await call('POST', '/vault/unlock', { method: 'key', text });
    await until(() => doors.certificate?.isTemporary === false);
    expect(await served()).toBe(doors.certificate?.fingerprint);
    const plain = await fetch(`http://127.0.0.1:${doors.httpPort}/api/projects`, { redirect: 'manual' });
    expect([plain.status, plain.headers.get('location')]).toEqual([
      308,
      `https://localhost:${port}/api/projects`,
    ]);
    expect(await plain.text()).toBe('');
    for (const headers of [
      { authorization: 'Bearer tk_canary' },
      { cookie: '__Host-temps-1234abcd=canary' },
    ]) {
      const told = await fetch(`http://127.0.0.1:${doors.httpPort}/api/projects`, {
        redirect: 'manual',
        headers,
      });
      expect([told.status, told.headers.get('location')]).toEqual([308, plain.headers.get('location')]);
      const text = await told.text();
      expect(text).toContain('without encryption');
      expect(text).toContain('Replace it');
      expect(text).not.toContain('canary');
    }
  });
});

describe('copies of the key', () => {
  const formats = ['age', 'words', 'pdf', 'kdbx', 'bitwarden', 'csv', 'text', 'plain'];
  it.each(formats)('in the format %s open this instance after everything is gone', async (format) => {
    await start();
    await addSecret();
    const path = join(folder, `copy-${format}`);
    const made = await call('POST', '/vault/key/copies', {
      format,
      path,
      passphrase: PASSPHRASE,
      keep_anyway: true,
      unprotected_confirmed: true,
    });
    expect(made.status).toBe(201);
    expect(made.body.copy).toMatchObject({ format, separate: false });
    expect(made.body.copy.verified_at).not.toBeNull();
    expect(
      (await call('POST', '/vault/key/copies/verify', { path, passphrase: PASSPHRASE })).body,
    ).toMatchObject({ verdict: 'opens_this_instance', epoch: 1 });
    await instance?.stop();
    rmSync(keyFile());
    await start();
    expect(
      (await call('POST', '/vault/unlock', { method: 'path', path, passphrase: PASSPHRASE })).body.state,
    ).toBe('running');
    expect(await reveal()).toBe(CANARY);
    await restart();
    expect((await call('GET', '/vault/status')).body.case).toBe('running');
  });

  it('are refused beside the database unless asked for twice, and then do not count', async () => {
    await start();
    await addSecret();
    const refused = await call('POST', '/vault/key/copies', {
      format: 'age',
      path: join(folder, 'x'),
      passphrase: PASSPHRASE,
    });
    expect(refused.body).toMatchObject({
      error_code: 'place_not_separate',
      details: { reason: 'same_disk' },
    });
    expect(existsSync(join(folder, 'x'))).toBe(false);
    const inside = await call('POST', '/vault/key/copies', {
      format: 'age',
      path: join(dataDir, 'x'),
      passphrase: PASSPHRASE,
    });
    expect(inside.body.details.reason).toBe('inside_data_dir');
    await call('POST', '/vault/key/copies', {
      format: 'age',
      path: join(folder, 'x'),
      passphrase: PASSPHRASE,
      keep_anyway: true,
    });
    expect((await call('GET', '/vault/key')).body.health).toMatchObject({
      level: 'at_risk',
      reasons: [{ code: 'no_separate_copy' }, { code: 'backup_never' }],
    });
  });

  it('as words count when three of them were given back, and a wrong one draws others', async () => {
    await start();
    await addSecret();
    expect((await call('GET', '/vault/key')).body.health.halves.key).toBe('at_risk');
    const { copy, proof } = (await call('POST', '/vault/key/copies', { format: 'words' })).body;
    expect(copy.verified_at).toBeNull();
    const words = wordsOf(keyFile()).split(' ');
    const wrong = await call('POST', `/vault/key/copies/${copy.id}/prove`, {
      words: ['abandon', 'abandon', 'abandon'],
    });
    expect(wrong.body.error_code).toBe('copy_not_proven');
    expect(
      (
        await call('POST', `/vault/key/copies/${copy.id}/prove`, {
          words: proof.positions.map((at: number) => words[at - 1]),
        })
      ).status === 200,
    ).toBe(JSON.stringify(proof.positions) === JSON.stringify(wrong.body.details.positions));
    const again = (await call('POST', '/vault/key/copies', { format: 'words' })).body;
    const right = await call('POST', `/vault/key/copies/${again.copy.id}/prove`, {
      words: again.proof.positions.map((at: number) => words[at - 1]?.toUpperCase()),
    });
    expect(right.status).toBe(200);
    expect((await call('GET', '/vault/key')).body.health.halves.key).toBe('ok');
  });

  it('say what they are good for', async () => {
    await start();
    await addSecret();
    const verify = async (text: string) => (await call('POST', '/vault/key/copies/verify', { text })).body;
    const words = wordsOf(keyFile()).split(' ');
    expect((await verify(words.join('\n'))).verdict).toBe('opens_this_instance');
    const typo = [...words.slice(0, 4), `${words[4]}zz`, ...words.slice(5)].join(' ');
    expect(await verify(typo)).toMatchObject({ verdict: 'words_invalid', problems: [{ position: 5 }] });
    expect((await verify(typo)).problems[0].nearest).toContain(words[4]);
    expect((await verify([...words.slice(1), words[0]].join(' '))).verdict).toBe('words_invalid');
    expect((await verify('01'.repeat(32))).verdict).toBe('unknown_key');
    expect((await verify('hello')).verdict).toBe('damaged');
    const kit = join(folder, 'kit.txt');
    await call('POST', '/vault/key/copies', { format: 'text', path: kit, keep_anyway: true });
    const other = await openInstance({ dataDir: join(folder, 'other'), env: {} });
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: kit }),
    };
    const answer = await other.fetch(
      new Request('http://localhost/api/vault/key/copies/verify', init),
      createOwner('window', Date.now()),
    );
    expect((await answer.json()) as object).toMatchObject({ verdict: 'other_instance' });
    await other.stop();
  });

  it('that are damaged or under another passphrase do not unlock, and change nothing', async () => {
    await start();
    await addSecret();
    const path = join(folder, 'x.age');
    await call('POST', '/vault/key/copies', {
      format: 'age',
      path,
      passphrase: PASSPHRASE,
      keep_anyway: true,
    });
    await call('POST', '/vault/lock');
    expect((await call('POST', '/vault/unlock', { method: 'path', path })).body.error_code).toBe(
      'passphrase_required',
    );
    expect(
      (await call('POST', '/vault/unlock', { method: 'path', path, passphrase: 'wrong wrong wrong' })).body
        .error_code,
    ).toBe('passphrase_wrong');
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
    writeFileSync(path, bytes);
    expect(
      (await call('POST', '/vault/unlock', { method: 'path', path, passphrase: PASSPHRASE })).body.error_code,
    ).toBe('copy_damaged');
    expect(
      (await call('POST', '/vault/unlock', { method: 'key', text: '01'.repeat(32) })).body.error_code,
    ).toBe('copy_of_other_instance');
    expect(
      (await call('POST', '/vault/unlock', { method: 'path', path: join(folder, 'nothing') })).status,
    ).toBe(404);
    expect((await call('POST', '/vault/unlock', { method: 'path', path: folder })).body.error_code).toBe(
      'place_unusable',
    );
    expect((await call('GET', '/vault/status')).body.case).toBe('locked_by_owner');
  });

  it('never overwrite, want a passphrase that is one, and a second yes for plain', async () => {
    await start();
    const path = join(folder, 'taken');
    writeFileSync(path, 'mine');
    const base = { path, keep_anyway: true };
    expect((await call('POST', '/vault/key/copies', { ...base, format: 'text' })).body.error_code).toBe(
      'place_occupied',
    );
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await call('POST', '/vault/key/copies', { ...base, format: 'age' })).body.error_code).toBe(
      'passphrase_required',
    );
    expect(
      (await call('POST', '/vault/key/copies', { ...base, format: 'age', passphrase: 'short' })).body
        .error_code,
    ).toBe('passphrase_weak');
    expect(
      (await call('POST', '/vault/key/copies', { ...base, format: 'plain' })).body.errors,
    ).toHaveProperty('unprotected_confirmed');
    expect(
      (
        await call('POST', '/vault/key/copies', {
          ...base,
          path: join(folder, 'no/such/folder/x'),
          format: 'text',
        })
      ).body.error_code,
    ).toBe('place_unusable');
  });
});

describe('a rotation', () => {
  const begin = async () => (await call('POST', '/vault/key/rotation', {})).body.rotation;

  it('wants a proven copy of the new key, moves every value, and keeps the old key until it is shredded', async () => {
    await start();
    await addSecret();
    const before = (await call('GET', '/vault/key')).body.fingerprint;
    const rotation = await begin();
    expect((await call('POST', '/vault/key/rotation/seal')).body.error_code).toBe('copy_not_proven');
    expect((await call('POST', '/vault/key/rotation', {})).body.error_code).toBe('rotation_in_progress');
    expect(
      (await call('POST', '/vault/key/rotation/prove', { override_fingerprint: before })).body.error_code,
    ).toBe('copy_not_proven');
    await call('POST', '/vault/key/copies', {
      format: 'age',
      path: join(folder, 'new.age'),
      passphrase: PASSPHRASE,
      keep_anyway: true,
      for: 'rotation',
    });
    expect((await call('GET', '/vault/key/rotation')).body.rotation.state).toBe('proven');
    expect((await call('POST', '/vault/key/rotation/seal?wait=true')).body.rotation).toMatchObject({
      state: 'done',
      moved: 1,
      total: 1,
    });
    expect(await reveal()).toBe(CANARY);
    expect((await call('POST', '/vault/doctor?wait=true')).body.by_key).toEqual({
      [rotation.new_fingerprint]: 1,
    });
    const { epochs } = (await call('GET', '/vault/key/epochs')).body;
    expect(epochs.map((epoch: { state: string; held: boolean }) => [epoch.state, epoch.held])).toEqual([
      ['active', true],
      ['retired', true],
    ]);
    expect(
      (
        await call('POST', `/vault/key/epochs/${rotation.new_fingerprint}/shred`, {
          confirm: rotation.new_fingerprint,
        })
      ).body.error_code,
    ).toBe('key_in_use');
    expect((await call('POST', `/vault/key/epochs/${before}/shred`, { confirm: 'no' })).status).toBe(400);
    expect((await call('POST', `/vault/key/epochs/${before}/shred`, { confirm: before })).status).toBe(204);
    await restart();
    expect((await call('GET', '/vault/key/epochs')).body.epochs[1]).toMatchObject({
      state: 'retired',
      held: false,
    });
    expect(await reveal()).toBe(CANARY);
    expect(wordsOf(keyFile())).not.toBe('');
  });

  it('is undone without a trace before anything is sealed', async () => {
    await start();
    await addSecret();
    const before = readFileSync(keyFile(), 'utf8');
    const rotation = await begin();
    await restart();
    expect((await call('GET', '/vault/key/rotation')).body.rotation.state).toBe('staged');
    expect((await call('POST', '/vault/key/rotation/undo')).body.rotation.state).toBe('undone');
    expect(existsSync(`${keyFile()}.${rotation.new_fingerprint.replaceAll('-', '')}`)).toBe(false);
    expect(readFileSync(keyFile(), 'utf8')).toBe(before);
    expect(await reveal()).toBe(CANARY);
  });

  it('does not start while a value cannot be read, and names it', async () => {
    await start();
    await addSecret();
    await instance?.stop();
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(join(dataDir, 'temps.db'));
    database.exec(
      "UPDATE secrets SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || (CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END) AS BLOB) WHERE kind = 'env_var'",
    );
    database.close();
    await start();
    const refused = await call('POST', '/vault/key/rotation', {});
    expect(refused.body).toMatchObject({
      error_code: 'rotation_not_possible',
      details: { unreadable: [{ reason: 'damaged', title: 'API_TOKEN of shop (production)' }] },
    });
    expect((await call('GET', '/projects/shop/env-vars/API_TOKEN/value')).body.error_code).toBe(
      'secret_unreadable',
    );
    expect((await call('POST', '/vault/doctor?wait=true')).body.failed).toBe(1);
  });

  it('cut short by a stop is not said to be finished, and is when the next start finishes it', async () => {
    dataDir = await prepare(3000, folder);
    await start();
    const { new_fingerprint } = await begin();
    await call('POST', '/vault/key/rotation/prove', { override_fingerprint: new_fingerprint });
    await call('POST', '/vault/key/rotation/seal');
    await instance?.stop();
    const count = (query: string) => {
      const store = openStore(dataDir, { now: () => 0 });
      const found = store.sqlite.prepare(query).pluck().get();
      store.close();
      return found;
    };
    const finished = "SELECT count(*) FROM audit_log WHERE operation = 'KEY_ROTATION_FINISHED'";
    expect(count('SELECT state FROM rotations')).toBe('sealing');
    expect(count(finished)).toBe(0);
    await start();
    await until(async () => (await ask('GET', '/vault/key/rotation')).body.rotation.state === 'done');
    await instance?.stop();
    instance = null;
    expect(count(finished)).toBe(1);
  });

  it('is refused while locked', async () => {
    await start();
    await call('POST', '/vault/lock');
    expect((await call('POST', '/vault/key/rotation', {})).status).toBe(423);
  });
});

describe('a lost key', () => {
  const lose = async () => {
    await start();
    await addSecret();
    const lost = readFileSync(keyFile(), 'utf8');
    const { api_key } = (await call('POST', '/api-keys', { name: 'ci', role_type: 'reader' })).body;
    await instance?.stop();
    rmSync(keyFile());
    await start();
    expect((await call('GET', '/vault/recovery')).body).toMatchObject({
      total: 0,
      started_at: null,
      lost_fingerprints: [],
      lost_epoch: null,
    });
    const { name } = (await call('GET', '/vault/status')).body.instance;
    expect((await call('POST', '/vault/start-over', { instance_name: 'not it' })).status).toBe(400);
    expect((await call('POST', '/vault/start-over', { instance_name: name })).status).toBe(201);
    return { lost, api_key };
  };

  it('is given up by name only, and what it sealed is listed, re-entered and made anew', async () => {
    await lose();
    expect((await call('GET', '/projects/shop/env-vars')).body[0]).toMatchObject({
      key: 'API_TOKEN',
      state: 'unreadable',
    });
    const list = (await call('GET', '/vault/recovery')).body;
    expect(recoveryShape.parse(list)).toEqual(list);
    const [, oldEpoch] = (await call('GET', '/vault/key/epochs')).body.epochs;
    expect(list).toMatchObject({
      started_at: oldEpoch.retired_at,
      lost_fingerprints: [oldEpoch.fingerprint],
      lost_epoch: 1,
    });
    expect(list.groups.map((group: { group: string }) => group.group)).toEqual(['sign_in', 'deploys']);
    const { secrets } = (await call('GET', '/vault/status')).body;
    expect(secrets.by_kind.env_var).toBe(1);
    expect(secrets.at_stake.env_var ?? 0).toBe(0);
    const [key] = list.groups[0].values;
    const [variable] = list.groups[1].values;
    expect(variable.owner.title).toBe('API_TOKEN of shop (production)');
    expect((await call('POST', `/vault/recovery/${variable.id}/reenter`, { value: CANARY })).status).toBe(
      204,
    );
    expect(await reveal()).toBe(CANARY);
    const made = await call('POST', `/vault/recovery/${key.id}/regenerate`);
    expect(made.body.value).toMatch(/^tk_/);
    expect((await call('GET', '/vault/recovery')).body).toMatchObject({ total: 2, remaining: 0 });
    expect((await call('GET', '/vault/key')).body).toMatchObject({ epoch: 2 });
  });

  it('is told when what was re-entered ends', async () => {
    await lose();
    const list = (await call('GET', '/vault/recovery')).body;
    const [variable] = list.groups[1].values;
    const part = (claims: unknown) => Buffer.from(JSON.stringify(claims)).toString('base64url');
    const value = `${part({ alg: 'none' })}.${part({ exp: 1_803_902_400 })}.`;
    expect((await call('POST', `/vault/recovery/${variable.id}/reenter`, { value })).status).toBe(204);
    expect((await call('GET', '/projects/shop/env-vars')).body[0]).toMatchObject({
      expires_at: 1_803_902_400_000,
      expires_from: 'jwt',
    });
  });

  it('brings back on its return what was not re-entered', async () => {
    const { lost } = await lose();
    const list = (await call('GET', '/vault/recovery')).body;
    const found = join(folder, 'found');
    writeFileSync(found, lost);
    expect(
      (await call('POST', '/vault/recovery/rescue', { method: 'key', text: 'ab'.repeat(32) })).body
        .error_code,
    ).toBe('copy_of_other_instance');
    expect((await call('POST', '/vault/recovery/rescue', { method: 'path', path: found })).body).toEqual({
      rescued: list.remaining,
      unreadable: [],
    });
    expect(await reveal()).toBe(CANARY);
    expect((await call('GET', '/vault/recovery')).body.remaining).toBe(0);
    await restart();
    expect(await reveal()).toBe(CANARY);
  });

  it('is not given up while the vault is open, nor while the key only has to be read again', async () => {
    await start();
    await addSecret();
    const { name } = (await call('GET', '/vault/status')).body.instance;
    expect((await call('POST', '/vault/start-over', { instance_name: name })).status).toBe(409);
    await call('POST', '/vault/lock');
    const refused = await call('POST', '/vault/start-over', { instance_name: name });
    expect([refused.status, refused.body.error_code]).toEqual([409, 'conflict']);
    expect((await call('POST', '/vault/unlock', { method: 'custody' })).status).toBe(200);
    expect(await reveal()).toBe(CANARY);
  });
});

describe('a move of custody', () => {
  it('goes to a passphrase and back, and leaves nothing where it was', async () => {
    await start();
    await addSecret();
    expect((await call('POST', '/vault/custody', { custody: 'passphrase' })).body.error_code).toBe(
      'passphrase_required',
    );
    expect(
      (await call('POST', '/vault/custody', { custody: 'passphrase', passphrase: PASSPHRASE })).body.custody
        .name,
    ).toBe('passphrase');
    expect(existsSync(keyFile())).toBe(false);
    await restart();
    expect((await call('GET', '/vault/status')).body.case).toBe('waiting');
    await call('POST', '/vault/unlock', { method: 'passphrase', passphrase: PASSPHRASE });
    expect((await call('POST', '/vault/custody', { custody: 'file' })).body.custody.name).toBe('file');
    expect(existsSync(join(dataDir, 'encryption_key.age'))).toBe(false);
    await restart();
    expect(await reveal()).toBe(CANARY);
  });

  it('to a mount that does not hold the key changes nothing', async () => {
    await start();
    expect((await call('POST', '/vault/custody', { custody: 'external' })).body.error_code).toBe(
      'custody_read_only',
    );
    expect((await call('GET', '/vault/key')).body.custody.name).toBe('file');
  });
});

describe('a move of custody to a mount and back', () => {
  const mount = () => join(folder, 'mounted');
  const move = async (custody: string) => (await call('POST', '/vault/custody', { custody })).body;

  it('removes the key from where it was, and leaves there an old one that the mount lacks', async () => {
    const env = { TEMPS_ENCRYPTION_KEY_FILE: mount() };
    await start({ env, custody: 'file' });
    await addSecret();
    const { rotation } = (await call('POST', '/vault/key/rotation', {})).body;
    const { old_fingerprint: old, new_fingerprint: now } = rotation;
    await call('POST', '/vault/key/rotation/prove', { override_fingerprint: now });
    await call('POST', '/vault/key/rotation/seal?wait=true');
    copyFileSync(keyFile(), mount());
    const moved = await move('external');
    expect(moved).toMatchObject({
      custody: { name: 'external', place: mount() },
      note: expect.stringMatching(/^One old key is not in the new place and stayed in file custody/),
    });
    const oldFile = join(dataDir, `encryption_key.${old.replaceAll('-', '')}`);
    expect([existsSync(keyFile()), existsSync(oldFile)]).toEqual([false, true]);
    await restart({ env });
    expect(await reveal()).toBe(CANARY);
    expect((await call('POST', `/vault/key/epochs/${old}/shred`, { confirm: old })).status).toBe(204);
    expect(existsSync(oldFile)).toBe(false);

    expect(await move('file')).toMatchObject({
      custody: { name: 'file' },
      note: `The key is still at ${mount()}, which is read only: remove it there.`,
    });
    rmSync(mount());
    await restart();
    expect(await reveal()).toBe(CANARY);
  });

  it.each([
    ['by its own path', null],
    ['by a link', symlinkSync],
    ['by another name of it', linkSync],
  ])('is refused where the mount is the key file itself, %s', async (_, name) => {
    await start();
    await addSecret();
    const before = readFileSync(keyFile(), 'utf8');
    name?.(keyFile(), mount());
    const env = { TEMPS_ENCRYPTION_KEY_FILE: name ? mount() : keyFile() };
    await restart({ env });
    expect(await move('external')).toMatchObject({
      error_code: 'custody_conflict',
      detail: expect.stringMatching(/itself a file in the data directory.*Nothing was changed/),
    });
    await restart({ env });
    expect(readFileSync(keyFile(), 'utf8')).toBe(before);
    expect(await reveal()).toBe(CANARY);
  });

  it('does not advise to remove the file where it is the one the key moved to', async () => {
    mkdirSync(dataDir, { mode: 0o700 });
    writeFileSync(keyFile(), `${'cd'.repeat(32)}\n`, { mode: 0o600 });
    const env = { TEMPS_ENCRYPTION_KEY_FILE: keyFile() };
    await start({ env });
    await addSecret();
    expect(await move('file')).toMatchObject({ custody: { name: 'file' }, note: null });
    await restart();
    expect(await reveal()).toBe(CANARY);
  });
});

describe('everything the instance writes', () => {
  it('holds neither the key nor a secret, in any form, after all of the above', async () => {
    const logged: string[] = [];
    const note = (facts: object, message: string) => logged.push(JSON.stringify(facts) + message);
    await start({ log: { info: note, warn: note, error: note } });
    await addSecret();
    const text = readFileSync(keyFile(), 'utf8').trim();
    const rotation = (await call('POST', '/vault/key/rotation', {})).body.rotation;
    await call('POST', '/vault/key/rotation/prove', { override_fingerprint: rotation.new_fingerprint });
    await call('POST', '/vault/key/rotation/seal?wait=true');
    await call('POST', '/vault/unlock', { method: 'key', text: 'zz' });
    const openApi = (await call('GET', '/openapi.json')).text;
    const audit = (await call('GET', '/audit/logs?limit=1000')).text;
    const secrets = {
      'old key': Buffer.from(text, 'hex'),
      'new key': Buffer.from(readFileSync(keyFile(), 'utf8').trim(), 'hex'),
      canary: Buffer.from(CANARY),
    };
    expect(findLeaks(dataDir, secrets, (file) => /encryption_key(\.[0-9A-F]{16})?$/.test(file))).toEqual([]);
    writeFileSync(join(folder, 'said'), logged.join('\n') + openApi + audit);
    expect(findLeaks(folder, secrets, (file) => file.startsWith(dataDir))).toEqual([]);
    // The search itself finds what is there.
    writeFileSync(join(folder, 'planted'), `x${Buffer.from(`y${CANARY}z`).toString('base64')}`);
    expect(findLeaks(folder, secrets, (file) => file.startsWith(dataDir))).toHaveLength(1);
  });
});
