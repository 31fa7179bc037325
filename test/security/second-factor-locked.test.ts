import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Act, acts } from '../../electron/instance/access/acts.ts';
import { anonymousFrom, type Caller } from '../../electron/instance/access/caller.ts';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import { type Instance, type InstanceOptions, openInstance } from '../../electron/instance/instance.ts';
import { childProcesses, type ProcessHost } from '../../electron/instance/kernel/process-hosts.ts';
import { formatWords } from '../../electron/instance/vault/copies/words.ts';
import { type MasterKey, parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { ADMIN } from '../api/harness.ts';
import { createManualClock, type ManualClock } from '../context.ts';
import { addPerson } from '../people.ts';
import { quick } from '../work-factor.ts';

const PASSPHRASE = 'brisk lantern under seven quiet boats';
const RHEA = { email: 'rhea@example.org', name: 'Rhea', password: 'a long enough password' };
const OTHER_KEY = 'ab'.repeat(32);
const GUESS = 'academic acid acne';

const nobody = anonymousFrom('127.0.0.1');

let folder: string;
let dataDir: string;
let clock: ManualClock;
let instance: Instance;
/** Of ADMIN. */
let secret: string;
let recoveryCodes: string[];

async function close(): Promise<void> {
  await instance.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function open(options: Partial<InstanceOptions> = {}): Promise<void> {
  instance = await openInstance({ dataDir, clock, env: {}, ...quick, ...options });
  await instance.start({});
}

async function send(
  caller: Caller,
  method: string,
  path: string,
  body?: unknown,
  cookie?: string,
  type = 'application/json',
) {
  const response = await instance.fetch(
    new Request(`http://localhost/api${path}`, {
      method,
      headers: {
        'content-type': type,
        host: 'localhost',
        origin: 'https://localhost',
        ...(cookie ? { cookie } : {}),
      },
      body: body === undefined ? null : JSON.stringify(body),
    }),
    caller,
  );
  // A stream of changes never ends by itself.
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return { status: response.status, body: null, text: '', cookie: '' };
  }
  const text = await response.text();
  return {
    status: response.status,
    text,
    // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
    body: (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : null) as any,
    cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
  };
}
const owner = (method: string, path: string, body?: unknown) =>
  send(createOwner('window', clock.now()), method, path, body);
/** In a browser, with its cookie. */
const browse = (cookie: string, method: string, path: string, body?: unknown) =>
  send(nobody, method, path, body, cookie);

/** Gives the cookie: of a session that waits for its second factor, where the account has one. */
async function signIn({ email, password } = ADMIN): Promise<string> {
  const answer = await send(nobody, 'POST', '/auth/login', { email, password });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.cookie;
}

const codeNow = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() });

async function enableFactor(cookie: string): Promise<{ note: string | null }> {
  const { body } = await browse(cookie, 'POST', '/users/me/mfa/setup');
  secret = body.secret_key;
  recoveryCodes = body.recovery_codes;
  const code = codeNow();
  expect((await browse(cookie, 'POST', '/users/me/mfa/verify', { code })).status).toBe(204);
  // Each code is taken once.
  clock.advance(60_000);
  return body;
}

const hex = () => readFileSync(join(dataDir, 'encryption_key'), 'utf8').trim();
const isLocked = async () => (await owner('GET', '/vault/status')).body.state === 'locked';
const lock = () => owner('POST', '/vault/lock');
const unlockFirst = (cookie: string, body: object) => browse(cookie, 'POST', '/auth/unlock', body);
const codeOf = async (answer: ReturnType<typeof send>) => (await answer).body?.error_code ?? 'passed';
const linesOf = async (operation: string) =>
  (await owner('GET', `/audit/logs?limit=100&operation_type=${operation}`)).body;

/** With the administrator's second factor on, and the key in a file or under a passphrase. */
async function prepare(
  custody: 'file' | 'passphrase' = 'file',
  options: Partial<InstanceOptions> = {},
): Promise<{ note: string | null }> {
  folder = mkdtempSync(join(tmpdir(), 'temps-factor-'));
  dataDir = join(folder, 'data');
  clock = createManualClock();
  const passphrase = custody === 'passphrase' ? { passphrase: new SecretText(PASSPHRASE) } : {};
  await open({ custody, ...passphrase, ...options });
  await owner('POST', '/users/administrator', ADMIN);
  return await enableFactor(await signIn());
}

/** After a start: the key file is not there, or the passphrase was not typed. Gives what was in the file. */
async function restartLocked(custody: 'file' | 'passphrase' = 'file'): Promise<string> {
  const key = custody === 'file' ? hex() : '';
  await instance.stop();
  if (custody === 'file') rmSync(join(dataDir, 'encryption_key'));
  await open();
  expect(await isLocked()).toBe(true);
  return key;
}

const guess = async (cookie: string, times: number) => {
  const codes: string[] = [];
  for (let i = 0; i < times; i++)
    codes.push(await codeOf(unlockFirst(cookie, { method: 'shares', shares: [`${GUESS} ${i}`] })));
  return codes;
};

/** Every route of the API but those for everyone, refused like a stranger. */
async function expectNothingElseOpen(cookie: string): Promise<void> {
  const { paths } = (await owner('GET', '/openapi.json')).body;
  interface Operation {
    'x-acts': Act[];
    requestBody?: { content: object };
  }
  const routes = Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, { 'x-acts': named, requestBody }]) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/g, '1'),
        who: acts[named[0] as Act].who,
        type: Object.keys(requestBody?.content ?? {})[0],
      })),
  );
  const closed = routes.filter(({ who }) => who !== 'anyone' && who !== 'second_factor');
  expect(closed.length).toBeGreaterThan(100);
  const wrong: string[] = [];
  for (const { method, path, type } of closed) {
    const content = method === 'GET' ? undefined : {};
    const { body } = await send(nobody, method, path, content, cookie, type);
    if (body?.error_code !== 'unauthenticated') wrong.push(`${method} ${path}: ${body?.error_code}`);
  }
  expect(wrong).toEqual([]);
}

describe('someone whose second factor is awaited, at a vault that is locked after a start', () => {
  afterEach(close);

  it.each([
    'file',
    'passphrase',
  ] as const)('unlocks it with what they have in hand, and opens nothing else before or after: %s custody', async (custody) => {
    await prepare(custody);
    const key = await restartLocked(custody);
    const cookie = await signIn();
    const copies = ['words', 'key', 'copy', 'shares'];
    const methods = custody === 'file' ? copies : ['passphrase', ...copies];
    expect((await browse(cookie, 'GET', '/auth/session')).body).toMatchObject({
      state: 'second_factor',
      permissions: [],
      user: null,
      locked_vault: { unlock_methods: methods, recovery_codes_left: true },
    });
    const refused = await browse(cookie, 'POST', '/auth/verify-mfa', { code: codeNow() });
    expect(refused.body).toMatchObject({
      status: 423,
      error_code: 'vault_locked',
      details: { unlock_methods: methods, recovery_codes_left: true },
    });
    const said = `The vault is locked, so codes of an authenticator cannot be checked. Unlock it first, with ${custody === 'file' ? 'a copy of the key' : 'the passphrase of the key or a copy of it'}. One of your recovery codes works. The owner of this machine can sign in with temps-desktop console.`;
    expect(refused.body.detail).toBe(said);
    expect((await browse(cookie, 'GET', '/auth/session')).body.locked_vault.message).toBe(said);
    await expectNothingElseOpen(cookie);

    const given =
      custody === 'file'
        ? { method: 'words', words: formatWords(parseKeyText(key) as MasterKey) }
        : { method: 'passphrase', passphrase: PASSPHRASE };
    expect((await unlockFirst(cookie, given)).status).toBe(204);
    expect(await isLocked()).toBe(false);
    await expectNothingElseOpen(cookie);
    expect((await browse(cookie, 'GET', '/auth/session')).body).toMatchObject({
      state: 'second_factor',
      locked_vault: null,
    });
    const signedIn = await browse(cookie, 'POST', '/auth/verify-mfa', { code: codeNow() });
    expect(signedIn.status).toBe(204);
    expect((await browse(signedIn.cookie, 'GET', '/projects')).status).toBe(200);
    const [line] = await linesOf('VAULT_UNLOCKED');
    expect(line.data).toMatchObject({ method: given.method, user_id: 1, ip: '127.0.0.1' });
    expect(JSON.stringify(line)).not.toContain(given.words ?? PASSPHRASE);
  });

  it('unlocks it with every form of a copy, and writes the key nowhere', async () => {
    await prepare();
    const { pages } = (await owner('POST', '/vault/key/splits', { shares: 3, threshold: 2 })).body;
    const shares = pages.map(({ words }: { words: string[] }) => words.join(' '));
    const key = await restartLocked();
    const cookie = await signIn();
    for (const given of [
      { method: 'key', text: key },
      { method: 'copy', content_base64: Buffer.from(`${key}\n`).toString('base64') },
      { method: 'shares', shares: shares.slice(1) },
    ]) {
      await lock();
      // It asks for more than is theirs.
      expect((await unlockFirst(cookie, { ...given, restore_custody: true })).status, given.method).toBe(400);
      expect(await isLocked()).toBe(true);
      expect((await unlockFirst(cookie, given)).status, given.method).toBe(204);
      expect(await isLocked()).toBe(false);
      expect(existsSync(join(dataDir, 'encryption_key'))).toBe(false);
    }
  });

  it('guesses at the key: that is limited for the account, over restarts, has a line for each, and takes nothing from codes', async () => {
    await prepare();
    await addPerson(owner, { ...RHEA, role: 'admin' });
    const ofAda = [secret, recoveryCodes] as const;
    await enableFactor(await signIn(RHEA));
    [secret, recoveryCodes] = ofAda;
    const key = await restartLocked();
    expect(await guess(await signIn(), 7)).toEqual([...Array(6).fill('share_invalid'), 'too_many_attempts']);
    await instance.stop();
    await open();
    const right = { method: 'key', text: key };
    const late = await unlockFirst(await signIn(), right);
    expect(late.body).toMatchObject({
      error_code: 'too_many_attempts',
      details: { retry_after_s: expect.any(Number) },
    });
    expect(await isLocked()).toBe(true);
    const lines = await linesOf('UNLOCK_REFUSED');
    expect(lines).toHaveLength(8);
    expect(lines[0].data).toEqual({
      user_id: 1,
      ip: '127.0.0.1',
      method: 'key',
      reason: 'too_many_attempts',
    });
    expect(lines[7].data.reason).toBe('share_invalid');
    expect(JSON.stringify(lines)).not.toContain(GUESS);
    const recovered = await browse(await signIn(), 'POST', '/auth/verify-mfa', { code: recoveryCodes[0] });
    expect(recovered.status).toBe(204);
    // Another account has a budget of its own.
    expect((await unlockFirst(await signIn(RHEA), right)).status).toBe(204);
    expect(await isLocked()).toBe(false);
  });

  it('is told what works where no recovery code is left, and where they may not unlock', async () => {
    await prepare();
    await addPerson(owner, { ...RHEA, role: 'user' });
    for (const code of recoveryCodes) await browse(await signIn(), 'POST', '/auth/verify-mfa', { code });
    await lock();
    const cookie = await signIn();
    const { body } = await browse(cookie, 'POST', '/auth/verify-mfa', { code: codeNow() });
    expect(body.detail).toContain('You have no recovery codes left.');
    expect(body.details).toMatchObject({ recovery_codes_left: false });

    await owner('POST', '/vault/unlock', { method: 'custody' });
    await enableFactor(await signIn(RHEA));
    await lock();
    const rhea = await signIn(RHEA);
    const refused = (await browse(rhea, 'POST', '/auth/verify-mfa', { code: codeNow() })).body;
    expect(refused.detail).toContain('An administrator can unlock it.');
    expect(refused.details.unlock_methods).toEqual([]);
    expect((await browse(rhea, 'GET', '/auth/session')).body.locked_vault.unlock_methods).toEqual([]);
    expect(await codeOf(unlockFirst(rhea, { method: 'key', text: hex() }))).toBe('forbidden');
    expect(await isLocked()).toBe(true);
    // A recovery code is what works for them.
    expect((await browse(rhea, 'POST', '/auth/verify-mfa', { code: recoveryCodes[0] })).status).toBe(204);
  });

  it('is told before the factor is on, where every start needs a passphrase, and only there', async () => {
    const { note } = await prepare('passphrase');
    expect(note).toBe(
      'After each start the vault waits for its passphrase, and until then codes of an authenticator cannot be checked. To sign in you then need the passphrase of the key, a copy of it, one of your recovery codes, or the owner of this machine.',
    );
    await addPerson(owner, { ...RHEA, role: 'user' });
    expect((await enableFactor(await signIn(RHEA))).note).toContain(
      'need someone who unlocks the vault, one',
    );
    await close();
    expect((await prepare()).note).toBeNull();
  });
});

describe('unlocking without a second factor', () => {
  const reading = holdReading();
  beforeAll(async () => {
    await prepare('file', { processes: reading.host });
    await addPerson(owner, { ...RHEA, role: 'admin' });
  });
  afterAll(close);
  beforeEach(async () => {
    // What was counted against an account is over.
    clock.advance(31 * 60_000);
    await lock();
  });

  it('takes no custody and no path, and any text as a passphrase unlocks nothing where there is none', async () => {
    const cookie = await signIn();
    for (const given of [
      { method: 'custody' },
      { method: 'path', path: join(dataDir, 'encryption_key') },
      { method: 'copy', path: join(dataDir, 'encryption_key') },
    ])
      expect(await codeOf(unlockFirst(cookie, given)), given.method).toBe('invalid_request');
    for (const passphrase of ['', 'any text', PASSPHRASE])
      expect(await codeOf(unlockFirst(cookie, { method: 'passphrase', passphrase }))).toBe('conflict');
    expect(await isLocked()).toBe(true);
  });

  it('is not done by asking the custody again: that is the owner’s, also for those who are signed in', async () => {
    const rhea = await signIn(RHEA);
    const asked = await browse(rhea, 'POST', '/vault/unlock', { method: 'custody' });
    expect(asked.body.error_code).toBe('owner_only');
    expect(asked.body.detail).toContain('A copy of the key works here too');
    for (const passphrase of ['', 'any text'])
      expect(await codeOf(browse(rhea, 'POST', '/vault/unlock', { method: 'passphrase', passphrase }))).toBe(
        'conflict',
      );
    expect(await isLocked()).toBe(true);
    const withCopy = await browse(rhea, 'POST', '/vault/unlock', { method: 'key', text: hex() });
    expect(withCopy.body.state).toBe('running');
  });

  it('is for nobody else: strangers, those who are signed in, and a session that was ended', async () => {
    const text = hex();
    const ended = await signIn();
    await browse(ended, 'POST', '/logout');
    expect(await codeOf(unlockFirst(ended, { method: 'key', text }))).toBe('unauthenticated');
    expect(await codeOf(unlockFirst('', { method: 'key', text }))).toBe('unauthenticated');
    const late = await signIn();
    clock.advance(11 * 60_000);
    expect(await codeOf(unlockFirst(late, { method: 'key', text }))).toBe('unauthenticated');
    const { cookie } = await browse(await signIn(), 'POST', '/auth/verify-mfa', { code: recoveryCodes[0] });
    expect(await codeOf(unlockFirst(cookie, { method: 'key', text }))).toBe('forbidden');
    expect(await codeOf(owner('POST', '/auth/unlock', { method: 'key', text }))).toBe('forbidden');
    expect(await isLocked()).toBe(true);
  });

  it('names a copy that is wrong, of another instance, or of an older key, and no place on the machine', async () => {
    const old = hex();
    await owner('POST', '/vault/unlock', { method: 'custody' });
    await owner('POST', '/vault/key/rotation', {});
    const { new_fingerprint } = (await owner('GET', '/vault/key/rotation')).body.rotation;
    await owner('POST', '/vault/key/rotation/prove', { override_fingerprint: new_fingerprint });
    await owner('POST', '/vault/key/rotation/seal?wait=true');
    await lock();
    const answers = [];
    for (const given of [
      { method: 'key', text: old },
      { method: 'key', text: OTHER_KEY },
      { method: 'words', words: 'abandon '.repeat(24) },
      { method: 'key', text: 'nothing of a key' },
    ])
      answers.push(await unlockFirst(await signIn(), given));
    expect(answers.map(({ body }) => body.error_code)).toEqual([
      'copy_of_old_key',
      'copy_of_other_instance',
      'words_invalid',
      'copy_damaged',
    ]);
    expect(answers.map(({ text }) => text).join()).not.toContain(folder);
    expect(answers.map(({ text }) => text).join()).not.toContain(old);
    expect(await isLocked()).toBe(true);
  });

  it('tells nothing of what is sent once the vault runs', async () => {
    await owner('POST', '/vault/unlock', { method: 'custody' });
    const lines = async () => [...(await linesOf('VAULT_UNLOCKED')), ...(await linesOf('UNLOCK_REFUSED'))];
    const before = (await lines()).length;
    const cookie = await signIn();
    for (const text of [hex(), OTHER_KEY])
      expect((await unlockFirst(cookie, { method: 'key', text })).status).toBe(204);
    expect(await lines()).toHaveLength(before);
  });
  it('is limited for the account of someone who is signed in, too', async () => {
    const rhea = await signIn(RHEA);
    const codes: string[] = [];
    for (let i = 0; i < 7; i++)
      codes.push(
        await codeOf(browse(rhea, 'POST', '/vault/unlock', { method: 'shares', shares: [`${GUESS} ${i}`] })),
      );
    expect(codes).toEqual([...Array(6).fill('share_invalid'), 'too_many_attempts']);
    const right = { method: 'key', text: hex() };
    expect(await codeOf(browse(rhea, 'POST', '/vault/unlock', right))).toBe('too_many_attempts');
    expect(await isLocked()).toBe(true);
    const [line] = await linesOf('UNLOCK_REFUSED');
    expect(line).toMatchObject({ data: { user_id: null, method: 'key', reason: 'too_many_attempts' } });
    expect((await unlockFirst(await signIn(), right)).status).toBe(204);
  });

  it('by a stranger who knows the password keeps nobody from unlocking who is signed in', async () => {
    const ada = await browse(await signIn(), 'POST', '/auth/verify-mfa', { code: recoveryCodes[1] });
    expect((await guess(await signIn(), 7)).at(-1)).toBe('too_many_attempts');
    const unlocked = await browse(ada.cookie, 'POST', '/vault/unlock', { method: 'key', text: hex() });
    expect(unlocked.body.state).toBe('running');
  });

  it('is done one at a time: of many at once one is looked at, and the right one among the others is not', async () => {
    const sessions = await Promise.all(Array.from({ length: 5 }, () => signIn()));
    const codes = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        codeOf(unlockFirst(sessions[i % 5] as string, { method: 'key', text: i === 20 ? hex() : OTHER_KEY })),
      ),
    );
    expect(codes.filter((code) => code !== 'too_many_attempts')).toEqual(['copy_of_other_instance']);
    expect(await isLocked()).toBe(true);
  });

  it('is counted from the beginning after the right one', async () => {
    const cookie = await signIn();
    for (let round = 0; round < 2; round++) {
      expect(new Set(await guess(cookie, 5))).toEqual(new Set(['share_invalid']));
      expect((await unlockFirst(cookie, { method: 'key', text: hex() })).status).toBe(204);
      await lock();
    }
  });
  it.each<[string, (cookie: string) => ReturnType<typeof send>, string]>([
    ['a lock', lock, 'vault_locked'],
    ['the end of the session', (cookie) => browse(cookie, 'POST', '/logout'), 'session_expired'],
    ['a role that may not', () => owner('DELETE', '/users/1/roles/admin'), 'session_expired'],
    ['the end of the account', () => owner('DELETE', '/users/1'), 'session_expired'],
  ])('is undone by %s meanwhile', async (_what, interfere, code) => {
    await owner('POST', '/users/1/roles', { role_type: 'admin' });
    const cookie = await signIn();
    const { begun, release } = reading.hold();
    const unlocking = unlockFirst(cookie, { method: 'key', text: hex() });
    await begun;
    expect((await interfere(cookie)).status).toBeLessThan(300);
    release();
    expect(await codeOf(unlocking)).toBe(code);
    expect(await isLocked()).toBe(true);
  });

  /** Copies are read in processes; once asked to, the next is held from its beginning until it is released. */
  function holdReading() {
    let held: { begun: () => void; released: Promise<void> } | null = null;
    const host: ProcessHost = {
      start(program, listener) {
        if (program.name !== 'copy reader' || !held) return childProcesses.start(program, listener);
        const { begun, released } = held;
        held = null;
        begun();
        return childProcesses.start(program, {
          onMessage: (message) => void released.then(() => listener.onMessage(message)),
          onUnreadable: listener.onUnreadable,
          onExit: () => void released.then(listener.onExit),
        });
      },
    };
    const hold = () => {
      const begun = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      held = { begun: begun.resolve, released: released.promise };
      return { begun: begun.promise, release: released.resolve };
    };
    return { host, hold };
  }
});

describe('a passphrase of the key', () => {
  beforeAll(async () => {
    await prepare('passphrase');
    await restartLocked('passphrase');
  });
  afterAll(close);

  it('is tried after another, few wait, and the right one works after many wrong ones', async () => {
    const codes = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        codeOf(owner('POST', '/vault/unlock', { method: 'passphrase', passphrase: `guess ${i}` })),
      ),
    );
    expect(codes.filter((code) => code === 'passphrase_wrong')).toHaveLength(5);
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(25);
    const right = await owner('POST', '/vault/unlock', { method: 'passphrase', passphrase: PASSPHRASE });
    expect(right.body.state).toBe('running');
  });

  it('is said to be wrong, with nothing of the file', async () => {
    await lock();
    const wrong = { method: 'passphrase', passphrase: 'brisk lantern under seven quiet boots' };
    expect((await unlockFirst(await signIn(), wrong)).body).toMatchObject({
      error_code: 'passphrase_wrong',
      detail: 'Wrong passphrase.',
    });
    rmSync(join(dataDir, 'encryption_key.age'));
    const gone = await unlockFirst(await signIn(), { method: 'passphrase', passphrase: PASSPHRASE });
    expect(gone.body.error_code).toBe('custody_missing');
    expect(gone.text).not.toContain(folder);
    expect(await isLocked()).toBe(true);
  });
});
