import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { childProcesses, type ProcessHost } from '../../electron/instance/kernel/process-hosts.ts';
import { makeCopy } from '../../electron/instance/vault/copies/make-copy.ts';
import {
  copyReaderProgram,
  createCopyReader,
} from '../../electron/instance/vault/copies/reading/copy-reader.ts';
import { readPdfStrings } from '../../electron/instance/vault/copies/reading/pdf-reading.ts';
import { StrongPassphrase } from '../../electron/instance/vault/custody/strong-passphrase.ts';
import { formatKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { ADMIN, openDoor } from '../api/harness.ts';
import { until } from '../keyring.ts';
import { requires } from '../requires.ts';
import { QUICK_ARGON2_MIB, QUICK_LOG_N } from '../work-factor.ts';
import {
  askFor,
  askForRounds,
  createDatabase,
  createPdf,
  facts,
  key,
  PASSPHRASE,
  payload,
} from './crafted-containers.ts';

const passphrase = new SecretText(PASSPHRASE);
const reader = createCopyReader(childProcesses);
const holdsTheKey = { outcome: 'keys', keys: [{ key: { fingerprint: key.fingerprint } }] };
const refuses = (why: RegExp) => ({ outcome: 'unusable', because: expect.stringMatching(why) });

let age: Buffer;
let argon2: Buffer;
beforeAll(async () => {
  const strong = await StrongPassphrase.from(passphrase, []);
  age = Buffer.from(await makeCopy('age', key, facts, { passphrase: strong, scryptLogN: QUICK_LOG_N }));
  argon2 = Buffer.from(
    await makeCopy('kdbx', key, facts, { passphrase: strong, argon2Mib: QUICK_ARGON2_MIB }),
  );
});
/** The same file, that says it took 2^logN rounds. */
const askForScrypt = (logN: number) =>
  Buffer.from(age.toString('latin1').replace(/(-> scrypt \S+) \d+/, `$1 ${logN}`), 'latin1');

describe('a container that asks for too much work is refused by name, whether or not it is opened', () => {
  it.each([
    ['2^52 rounds of AES, KDBX 4', async () => askFor(await whole(4), 'R', 2n ** 52n), /rounds of AES/],
    ['2^63 rounds of AES', async () => askFor(await whole(4), 'R', 2n ** 63n), /rounds of AES/],
    ['2^52 rounds of AES, KDBX 3', async () => askForRounds(await whole(3), 2n ** 52n), /rounds of AES/],
    ['100 passes of Argon2', async () => askFor(argon2, 'I', 100n), /100 passes of Argon2/],
    ['512 MiB for Argon2', async () => askFor(argon2, 'M', 512n * 1024n * 1024n), /512 MiB of memory/],
    ['2^40 passes of Argon2', async () => askFor(argon2, 'I', 2n ** 40n), /passes of Argon2/],
    ['200 lanes of Argon2', async () => askFor(argon2, 'P', 200n), /200 lanes of Argon2/],
    ['2^30 rounds of scrypt', async () => askForScrypt(30), /2\^30 rounds of scrypt/],
    // Just beyond each limit.
    ['a round of AES too many', async () => askFor(await whole(4), 'R', 100_000_001n), /rounds of AES/],
    ['65 passes of Argon2', async () => askFor(argon2, 'I', 65n), /65 passes of Argon2/],
    ['257 MiB for Argon2', async () => askFor(argon2, 'M', 257n * 1024n * 1024n), /257 MiB of memory/],
    ['17 lanes of Argon2', async () => askFor(argon2, 'P', 17n), /17 lanes of Argon2/],
    ['2^21 rounds of scrypt', async () => askForScrypt(21), /2\^21 rounds of scrypt/],
  ])('%s', async (_what, craft, why) => {
    const bytes = await craft();
    expect(await reader.read(bytes, passphrase)).toMatchObject(refuses(why));
    expect(await reader.read(bytes)).toMatchObject(refuses(why));
  });

  const whole = (version: 3 | 4) => createDatabase({ version, notes: [payload] });
});

describe('a container that unpacks to far more than it is', () => {
  it.each([3, 4] as const)('is refused by name: KDBX %i', async (version) => {
    const bomb = await createDatabase({ version, notes: [' '.repeat(20 * 1024 * 1024)] });
    expect(bomb.length).toBeLessThan(100_000);
    expect(await reader.read(bomb, passphrase)).toMatchObject(refuses(/unpacks to more than 16 MiB/));
    const small = await createDatabase({ version, notes: [payload] });
    expect(await reader.read(small, passphrase)).toMatchObject(holdsTheKey);
  });

  it('is read without what is too large in it: PDF', async () => {
    const bomb = createPdf(payload, 10, 80);
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect(await reader.read(bomb)).toMatchObject(holdsTheKey);
    expect(readPdfStrings(bomb).length).toBeLessThan(2 * bomb.length);
    // Many streams that are each small enough.
    expect(readPdfStrings(createPdf(payload, 500, 1)).length).toBeLessThan(20 * 1024 * 1024);
    // Or are none at all: to look at each of them takes a minute.
    const began = performance.now();
    expect(readPdfStrings(Buffer.from(`${payload}${'stream\n'.repeat(140_000)}`))).toContain(payload);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('ends the process that reads it when its markup fills the memory, and is an answer', async () => {
    const bomb = await createDatabase({ version: 4, notes: [payload], markup: '<a/>'.repeat(3_900_000) });
    expect(await reader.read(bomb, passphrase)).toEqual({
      outcome: 'unusable',
      format: null,
      because: 'reading it failed: it may need more memory than it is given',
    });
    expect(await reader.read(Buffer.from(payload))).toMatchObject(holdsTheKey);
  });
});

describe('the process that reads copies', () => {
  it('is one at a time, and few wait for it', async () => {
    const counting = countProcesses();
    const one = createCopyReader(counting);
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => one.read(age, passphrase)));
    const read = all.filter(({ status }) => status === 'fulfilled');
    expect(read.map((one) => one.status === 'fulfilled' && one.value)).toMatchObject(
      Array(5).fill(holdsTheKey),
    );
    expect(all.filter((one) => one.status === 'rejected').map(({ reason }) => reason)).toMatchObject(
      Array(3).fill({ code: 'too_many_attempts', details: { retry_after_s: 30 } }),
    );
    expect([counting.started, counting.most]).toEqual([5, 1]);
    expect(await one.read(age, passphrase)).toMatchObject(holdsTheKey);
  });

  it('is killed at its deadline', async () => {
    expect(copyReaderProgram.timeoutMs).toBe(180_000);
    const impatient = createCopyReader(childProcesses, { ...copyReaderProgram, timeoutMs: 300 });
    expect(await impatient.read(askForScrypt(20), passphrase)).toMatchObject(refuses(/takes longer than/));
  });

  it('is handed no file that is larger than 1 MiB', async () => {
    const counting = countProcesses();
    const large = Buffer.alloc(1024 * 1024 + 1, `${payload}\n`);
    expect(await createCopyReader(counting).read(large)).toMatchObject({
      outcome: 'damaged',
      detail: expect.stringContaining('its size is wrong'),
    });
    expect(counting.started).toBe(0);
    expect(await reader.read(large.subarray(1))).toMatchObject({ outcome: 'keys' });
  });

  it('is believed in nothing of the wrong shape', () => {
    const good = { key: formatKeyText(key), instanceId: null, epoch: 1 };
    const format = 'age';
    expect(copyReaderProgram.parseAnswer({ outcome: 'keys', format, keys: [good] })).toEqual({
      outcome: 'keys',
      format,
      keys: [good],
    });
    for (const wrong of [
      null,
      {},
      { outcome: 'constructor' },
      { outcome: 'keys', format, keys: [] },
      { outcome: 'keys', format, keys: Array(101).fill(good) },
      { outcome: 'keys', format: 'toString', keys: [good] },
      { outcome: 'keys', format, keys: [{ ...good, key: 'ab' }] },
      { outcome: 'keys', format, keys: [{ ...good, epoch: '1' }] },
      { outcome: 'keys', format, keys: { length: 1, 0: good } },
      { outcome: 'words_invalid', problems: [{ position: 'first', word: '', nearest: [] }] },
      { outcome: 'damaged', format: null },
      { outcome: 'unusable', format: null, because: 7 },
    ])
      expect(() => copyReaderProgram.parseAnswer(wrong)).toThrow(TypeError);
    for (const wrong of [null, {}, { bytes: 1, passphrase: null }, { bytes: '', passphrase: 1 }])
      expect(() => copyReaderProgram.parseRequest(wrong)).toThrow(TypeError);
  });

  const linux = requires('/proc', process.platform === 'linux', 'needs Linux');
  linux(
    'has a limit of memory, leaves no core, and no key or passphrase where others can read them',
    async () => {
      const reading = reader.read(askForScrypt(19), passphrase);
      await until(() => findReaders().length > 0);
      const [pid = 0] = findReaders();
      const see = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'latin1');
      const shown = see('cmdline') + see('environ');
      await until(() => see('coredump_filter').trim() === '00000000');
      expect(shown).toContain('--max-old-space-size=384');
      for (const secret of [PASSPHRASE, formatKeyText(key), age.toString('base64').slice(0, 40)])
        expect(shown).not.toContain(secret);
      // The file says 2^10: what it now says opens nothing.
      expect(await reading).toMatchObject({ outcome: 'passphrase_wrong' });
    },
  );
});

describe('an instance that is handed a bomb', () => {
  it('goes on answering, verifies and unlocks nothing with it, and says why', async () => {
    const door = await openDoor('https');
    try {
      const admin = await door.signIn(ADMIN.email, ADMIN.password);
      const bomb = askFor(await createDatabase({ version: 4, notes: [payload] }), 'R', 2n ** 52n);
      const handed = { content_base64: bomb.toString('base64'), passphrase: PASSPHRASE };
      const order: string[] = [];
      const verifying = door.request('POST', '/vault/key/copies/verify', handed, admin);
      const [verified] = await Promise.all([
        verifying.finally(() => order.push('verified')),
        door.request('GET', '/vault/status', undefined, admin).finally(() => order.push('answered')),
      ]);
      expect(order).toEqual(['answered', 'verified']);
      expect(verified.body).toMatchObject({
        verdict: 'unusable',
        detail: expect.stringMatching(/^This copy cannot be used here, because .* rounds of AES/),
        proven_ids: [],
      });
      await door.owner('POST', '/vault/lock');
      const unlocked = await door.owner('POST', '/vault/unlock', { method: 'copy', ...handed });
      expect([unlocked.status, unlocked.body.error_code]).toEqual([422, 'copy_unusable']);
      expect((await door.owner('GET', '/vault/status')).body.case).toBe('locked_by_owner');
    } finally {
      await door.stop();
    }
  });
});

/** Process ids of the readers this process started. */
function findReaders(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
      const isReader = readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('copy-reader-process');
      return Number(parent) === process.pid && isReader ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Counts the processes that are asked something and have neither answered nor ended. */
function countProcesses(): ProcessHost & { started: number; most: number } {
  let now = 0;
  const counting = {
    started: 0,
    most: 0,
    start(program: Parameters<ProcessHost['start']>[0], listener: Parameters<ProcessHost['start']>[1]) {
      counting.started += 1;
      now += 1;
      counting.most = Math.max(counting.most, now);
      const started = childProcesses.start(program, listener);
      return {
        ...started,
        kill() {
          now -= 1;
          started.kill();
        },
      };
    },
  };
  return counting;
}
