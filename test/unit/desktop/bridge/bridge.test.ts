import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BridgeCall,
  type BridgeHandlers,
  bridgeCalls,
  CALL_CHANNEL,
  EVENT_CHANNEL,
} from '../../../../electron/desktop/bridge/bridge-contract.ts';
import {
  createBridgeDispatch,
  dispatchBridgeCall,
} from '../../../../electron/desktop/bridge/bridge-dispatch.ts';
import { AppError } from '../../../../electron/instance/kernel/app-error.ts';

/** A double of main's side that derives from the contract: it notes what it was given. */
function createDouble() {
  const given: [string, unknown][] = [];
  const handlers = Object.fromEntries(
    Object.keys(bridgeCalls).map((name) => [name, (request: unknown) => void given.push([name, request])]),
  ) as unknown as BridgeHandlers;
  const unexpected: string[] = [];
  const call = (name: unknown, request?: unknown) =>
    dispatchBridgeCall(handlers, name, request, (which) => unexpected.push(which));
  return { given, handlers, unexpected, call };
}

describe('the bridge', () => {
  it('handles a call of the contract with its request', async () => {
    const { call, given } = createDouble();
    expect(await call('setTheme', { theme: 'dark' })).toEqual({ ok: true, answer: undefined });
    expect(given).toEqual([['setTheme', { theme: 'dark' }]]);
  });

  it('knows no other call, whatever its name', async () => {
    const { call, given } = createDouble();
    for (const name of [
      'eval',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '',
      7,
      null,
      {},
      ['quit'],
    ])
      expect(await call(name)).toMatchObject({ ok: false, code: 'not_found' });
    expect(given).toEqual([]);
  });

  it.each([
    ['copySecret', { text: '', keptMs: 45_000 }],
    ['copySecret', { text: 'x', keptMs: -1 }],
    ['copySecret', { text: 'x'.repeat(1024 * 1024 + 1), keptMs: 45_000 }],
    ['setTheme', { theme: 'pink' }],
    ['setTheme', { theme: 'dark', more: true }],
    ['showInFolder', { path: '' }],
    ['showInFolder', { path: ['/'] }],
    ['savePdf', null],
    ['hideFromCapture', { isHidden: 'yes' }],
    ['quit', { now: true }],
  ] as [BridgeCall, unknown][])('refuses a malformed %s', async (name, request) => {
    const { call, given } = createDouble();
    expect(await call(name, request)).toMatchObject({ ok: false, code: 'invalid_request' });
    expect(given).toEqual([]);
  });

  it('answers anything at all with a reply, and lets nothing malformed through', async () => {
    const { call, given } = createDouble();
    const names = fc.oneof(fc.constantFrom(...Object.keys(bridgeCalls)), fc.anything());
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.anything({ withBigInt: true, withDate: true, withMap: true }),
        async (name, request) => {
          const before = given.length;
          const reply = await call(name, request);
          const isValid =
            typeof name === 'string' &&
            Object.hasOwn(bridgeCalls, name) &&
            bridgeCalls[name as BridgeCall].request.safeParse(request).success;
          expect(reply.ok).toBe(isValid);
          expect(given.length - before).toBe(isValid ? 1 : 0);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('carries an error by its code, and what is unexpected by a word alone', async () => {
    const { call, handlers, unexpected } = createDouble();
    handlers.print = () => Promise.reject(new AppError('not_found', 'There is no printer.'));
    handlers.quit = () => {
      throw new Error('/home/ada/secret');
    };
    expect(await call('print')).toEqual({ ok: false, code: 'not_found', message: 'There is no printer.' });
    const reply = await call('quit');
    expect(reply).toEqual({ ok: false, code: 'internal', message: 'The desktop could not do this.' });
    expect(unexpected).toEqual(['quit']);
  });

  it('has a preload of fewer than 40 lines that names the same channels', () => {
    const preload = readFileSync(join(import.meta.dirname, '../../../../electron/preload.ts'), 'utf8');
    expect(preload.split('\n').length).toBeLessThan(40);
    expect(preload).toContain(`const CALL_CHANNEL = '${CALL_CHANNEL}'`);
    expect(preload).toContain(`const EVENT_CHANNEL = '${EVENT_CHANNEL}'`);
  });
});

describe('a page that floods the bridge', () => {
  /** Main's side, whose calls end when the test says so. */
  function createSlow() {
    const ends: (() => void)[] = [];
    const begin = () => new Promise<void>((resolve) => ends.push(resolve));
    const handlers = Object.fromEntries(
      Object.keys(bridgeCalls).map((name) => [name, begin]),
    ) as unknown as BridgeHandlers;
    const call = createBridgeDispatch(handlers, () => expect.fail('nothing here is unexpected'));
    return { ends, call };
  }
  const refused = { ok: false, code: 'too_many_calls' };

  it('is refused beyond the calls that are answered at once, and answered again when they are', async () => {
    const { ends, call } = createSlow();
    const calls = Array.from({ length: 10_000 }, () => call('describe', undefined));
    expect(ends).toHaveLength(32);
    expect(await calls.at(-1)).toMatchObject(refused);
    for (const end of ends.splice(0)) end();
    const codes = (await Promise.all(calls)).map((reply) => (reply.ok ? 'ok' : reply.code));
    expect(codes.filter((code) => code === 'ok')).toHaveLength(32);
    const again = call('describe', undefined);
    ends.pop()?.();
    expect(await again).toMatchObject({ ok: true });
  });

  it('opens one dialog of each kind, and keeps no place for calls that there are not', async () => {
    const { ends, call } = createSlow();
    const dialogs = [call('chooseFolder', undefined), call('chooseFolder', undefined)];
    expect(await dialogs[1]).toMatchObject(refused);
    expect(ends).toHaveLength(1);
    for (let times = 0; times < 100; times++)
      expect(await call(`made up ${times}`, 'x')).toMatchObject({ code: 'not_found' });
    ends.pop()?.();
    expect(await dialogs[0]).toMatchObject({ ok: true });
  });
});
