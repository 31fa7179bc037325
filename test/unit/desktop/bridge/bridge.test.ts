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
import { dispatchBridgeCall } from '../../../../electron/desktop/bridge/bridge-dispatch.ts';
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
