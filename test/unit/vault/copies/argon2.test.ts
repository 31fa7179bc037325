import * as nodeCrypto from 'node:crypto';
import { promisify } from 'node:util';
import { argon2d, argon2id } from '@noble/hashes/argon2.js';
import { describe, expect, it, vi } from 'vitest';
import { threads } from '../../../../electron/instance/kernel/process-hosts.ts';
import {
  type Argon2Task,
  argon2Program,
  deriveArgon2,
  deriveInThread,
} from '../../../../electron/instance/vault/copies/keepass/argon2.ts';
import { makeCopy } from '../../../../electron/instance/vault/copies/make-copy.ts';
import { StrongPassphrase } from '../../../../electron/instance/vault/custody/strong-passphrase.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { watchLoop } from '../../../event-loop.ts';
import { facts, key, PASSPHRASE } from '../../../security/crafted-containers.ts';
import { QUICK_ARGON2_MIB } from '../../../work-factor.ts';

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const taskOf = (changed: Partial<Argon2Task> = {}): Argon2Task => ({
  kind: 'argon2d',
  password: new Uint8Array(32).fill(1),
  salt: new Uint8Array(32).fill(2),
  memoryKib: 256,
  passes: 3,
  lanes: 1,
  tagBytes: 32,
  ...changed,
});

function hasArgon2(): boolean {
  const least = { message: 'x', nonce: Buffer.alloc(8), parallelism: 1, tagLength: 4, memory: 8, passes: 1 };
  try {
    nodeCrypto.argon2Sync('argon2d', least);
    return true;
  } catch {
    return false;
  }
}

describe('Argon2', () => {
  // RFC 9106, sections 5.1 and 5.3.
  it.each([
    [argon2d, '512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb'],
    [argon2id, '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'],
  ] as const)('has the tags of RFC 9106', (derive, tag) => {
    const filled = (bytes: number, value: number) => new Uint8Array(bytes).fill(value);
    const options = { key: filled(8, 3), personalization: filled(12, 4), m: 32, t: 3, p: 4, dkLen: 32 };
    expect(toHex(derive(filled(32, 1), filled(16, 2), options))).toBe(tag);
  });

  // Where node:crypto has it, that is a second implementation.
  it.skipIf(!hasArgon2())('is what OpenSSL computes, by either kind and any lanes', async () => {
    const derive = promisify(nodeCrypto.argon2);
    for (const kind of ['argon2d', 'argon2id'] as const)
      for (const [memoryKib, passes, lanes] of [
        [8, 1, 1],
        [256, 3, 1],
        [301, 2, 4],
        [1024, 1, 16],
      ] as const) {
        const { password, salt } = taskOf();
        const theirs = await derive(kind, {
          message: password,
          nonce: salt,
          parallelism: lanes,
          tagLength: 32,
          memory: memoryKib,
          passes,
        });
        expect(toHex(deriveArgon2(taskOf({ kind, memoryKib, passes, lanes })))).toBe(toHex(theirs));
      }
  });

  // bun has no measure of one thread's time.
  const measured = it.skipIf(typeof process.threadCpuUsage !== 'function');
  measured(
    'runs beside the event loop, and takes the password out of the memory it was given in',
    async () => {
      const task = taskOf({ memoryKib: 4 * 1024, passes: 10 });
      const { result, heldMs } = await watchLoop(() => deriveInThread(task));
      expect(toHex(result)).toBe(toHex(deriveArgon2(taskOf({ memoryKib: 4 * 1024, passes: 10 }))));
      // Computed here it holds the loop for a third of a second.
      expect(heldMs).toBeLessThan(150);
      expect(task.password).toEqual(new Uint8Array(32));
    },
  );

  it('tells from its thread how far it has come, from the first percent to the last, and nothing where it fails', async () => {
    const told: number[] = [];
    await deriveInThread(taskOf({ memoryKib: 2048 }), (percent) => told.push(percent));
    expect(told).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    told.length = 0;
    await expect(
      deriveInThread(taskOf({ memoryKib: 1 }), (percent) => told.push(percent)),
    ).rejects.toMatchObject({ code: 'process_failed' });
    expect(told).toEqual([]);
  });

  it('of two files made at once tells each its own progress', async () => {
    const passphrase = await StrongPassphrase.from(new SecretText(PASSPHRASE), []);
    const told: string[] = [];
    const make = (name: string) =>
      makeCopy('kdbx', key, facts, {
        passphrase,
        argon2Mib: QUICK_ARGON2_MIB,
        onProgress: (percent) => percent % 50 === 0 && told.push(`${name} ${percent}`),
      });
    await Promise.all([make('first'), make('second')]);
    expect(told).toEqual(['first 50', 'first 100', 'second 50', 'second 100']);
  });

  it('is given the hash of the passphrase, and neither it nor the key', async () => {
    const start = threads.start;
    const sent: unknown[] = [];
    const spy = vi.spyOn(threads, 'start').mockImplementation((program, listener) => {
      const thread = start(program, listener);
      return {
        ...thread,
        send(message) {
          sent.push(structuredClone(message));
          thread.send(message);
        },
      };
    });
    const passphrase = await StrongPassphrase.from(new SecretText(PASSPHRASE), []);
    await makeCopy('kdbx', key, facts, { passphrase, argon2Mib: QUICK_ARGON2_MIB });
    spy.mockRestore();
    const sha256 = (data: string | Buffer) => nodeCrypto.createHash('sha256').update(data).digest();
    const task = {
      kind: 'argon2d',
      password: new Uint8Array(sha256(sha256(PASSPHRASE))),
      salt: expect.any(Uint8Array),
      memoryKib: 1024,
      passes: 10,
      lanes: 1,
      tagBytes: 32,
    };
    expect(sent).toEqual([{ id: 1, request: task }]);
  });

  it('that fails is an error that quotes nothing, and the next one is computed', async () => {
    await expect(deriveInThread(taskOf({ memoryKib: 1 }))).rejects.toMatchObject({
      code: 'process_failed',
      message: 'The key derivation process ended before it responded.',
    });
    expect(await deriveInThread(taskOf())).toHaveLength(32);
  });

  it('takes a task of the right shape, and an answer of bytes', () => {
    expect(argon2Program.parseRequest(taskOf())).toEqual(taskOf());
    for (const wrong of [
      {},
      { ...taskOf(), kind: 'argon2i' },
      { ...taskOf(), password: 'text' },
      { ...taskOf(), salt: null },
      { ...taskOf(), passes: 1.5 },
      { ...taskOf(), memoryKib: '64' },
    ])
      expect(() => argon2Program.parseRequest(wrong)).toThrow(TypeError);
    for (const wrong of [null, 'text', {}]) expect(() => argon2Program.parseAnswer(wrong)).toThrow(TypeError);
  });
});
