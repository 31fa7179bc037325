import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ProcessHost } from '../../../../electron/instance/kernel/process-hosts.ts';
import {
  answerKeytarRequest,
  callKeytar,
  keytarProgram,
} from '../../../../electron/instance/vault/custody/keytar-call.ts';
import { KeyBox } from '../../../../electron/instance/vault/sealing/key-box.ts';

describe('the messages of the keychain process', () => {
  it('are answers with one value or one error, and nothing else of them is taken', () => {
    const publicKey = 'one';
    for (const answer of [
      { publicKey },
      { publicKey, box: 'text' },
      { value: null },
      { value: false },
      { error: 'refused' },
    ])
      expect(keytarProgram.parseAnswer({ ...answer, more: 1 })).toEqual(answer);
    // SECURITY: none of these is "no such entry".
    for (const wrong of [
      undefined,
      null,
      'text',
      7,
      [],
      {},
      { value: undefined },
      { value: 7 },
      { value: 'text' },
      { box: 'text' },
      { publicKey, box: null },
      { error: null },
    ])
      expect(() => keytarProgram.parseAnswer(wrong), JSON.stringify(wrong)).toThrow();
  });

  it('are requests for one entry', () => {
    const entry = { service: 'Temps', account: 'one' };
    const publicKey = 'one';
    for (const request of [
      { call: 'meet' },
      { call: 'get', ...entry, publicKey },
      { call: 'delete', ...entry },
      { call: 'set', ...entry, publicKey, box: 'text' },
    ])
      expect(keytarProgram.parseRequest(request)).toEqual(request);
    for (const wrong of [
      null,
      entry,
      { call: 'list', ...entry, publicKey },
      { call: 'get', service: 'Temps', publicKey },
      { call: 'get', ...entry },
      { call: 'set', ...entry, publicKey },
      { call: 'set', ...entry, publicKey, password: 'text' },
      { call: 'set', ...entry, publicKey, box: null },
    ])
      expect(() => keytarProgram.parseRequest(wrong), JSON.stringify(wrong)).toThrow();
  });

  it('set nothing that was not closed for this very process', async () => {
    const ours = new KeyBox();
    const box = ours.close(Buffer.from('a key'), new KeyBox().publicKey);
    const request = {
      call: 'set',
      service: 'Temps',
      account: 'one',
      publicKey: ours.publicKey,
      box,
    } as const;
    expect(await answerKeytarRequest(request)).toEqual({ error: 'not for this end' });
  });
});

describe('a keychain that hangs', () => {
  const { platform } = process;
  afterEach(() => {
    vi.useRealTimers();
    Object.defineProperty(process, 'platform', { value: platform });
  });

  it.each([
    'linux',
    'darwin',
    'win32',
  ])('holds a process of its own on %s, which is killed and named', async (system) => {
    Object.defineProperty(process, 'platform', { value: system });
    vi.useFakeTimers();
    const kill = vi.fn();
    const host: ProcessHost = { start: () => ({ send: () => undefined, kill }) };
    for (const request of [
      { call: 'get', service: 'Temps', account: 'one' } as const,
      { call: 'set', service: 'Temps', account: 'one', password: Buffer.from('a key') } as const,
    ]) {
      const asked = callKeytar(host, request).catch((error: unknown) => error);
      // What it answers in, and what its end may take.
      await vi.advanceTimersByTimeAsync(15_000 + 4000);
      expect(await asked).toMatchObject({
        code: 'process_failed',
        details: { process: 'keychain', reason: 'timed_out' },
      });
    }
    expect(kill).toHaveBeenCalledTimes(2);
  });
});

describe('a box between two processes', () => {
  const [ours, theirs, others] = [new KeyBox(), new KeyBox(), new KeyBox()];
  const bytes = Buffer.from('f0'.repeat(32), 'ascii');
  const box = theirs.close(bytes, ours.publicKey);

  it('is opened by the end it was closed for, with the bytes of any length', () => {
    expect(ours.open(box, theirs.publicKey)).toEqual(bytes);
    expect(ours.open(theirs.close(Buffer.alloc(0), ours.publicKey), theirs.publicKey)).toEqual(
      Buffer.alloc(0),
    );
    expect(box).not.toBe(others.close(bytes, ours.publicKey));
    expect(Buffer.from(box, 'base64').toString('latin1')).not.toContain('f0f0');
  });

  it('is opened by nobody else, not sent back, not changed and not cut off', () => {
    const whole = Buffer.from(box, 'base64');
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(whole.readUInt8(0) ^ 1, 0);
    for (const open of [
      () => others.open(box, theirs.publicKey),
      () => theirs.open(box, ours.publicKey),
      () => ours.open(box, others.publicKey),
      () => ours.open(flipped.toString('base64'), theirs.publicKey),
      () => ours.open(whole.subarray(1).toString('base64'), theirs.publicKey),
      () => ours.open('', theirs.publicKey),
      () => ours.open(box, 'no key'),
    ])
      expect(open).toThrow();
  });
});
