import { describe, expect, it } from 'vitest';
import { type AutoLock, isLooser } from '../../../electron/instance/settings/auto-lock.ts';
import {
  describeAutoLock,
  sayAutoLock,
  sayScreenLock,
} from '../../../electron/instance/settings/auto-lock-words.ts';
import { updateSettings } from '../../../electron/instance/settings/settings.ts';
import { openTestContext } from '../../context.ts';

const lock = (
  minutes: number | null,
  strength: AutoLock['strength'] = 'console',
  withScreen = false,
): AutoLock => ({ minutes, strength, withScreen });

describe('an automatic lock', () => {
  it.each([
    ['turned off', lock(10), lock(null), true],
    ['later', lock(10), lock(11), true],
    ['the console alone', lock(10, 'vault'), lock(10), true],
    ['the console alone, though sooner', lock(10, 'vault'), lock(1), true],
    ['sooner', lock(10), lock(9), false],
    ['the vault too', lock(10), lock(10, 'vault'), false],
    ['as it was', lock(10, 'vault'), lock(10, 'vault'), false],
    ['turned on', lock(null), lock(1440), false],
    ['off, of another strength', lock(null, 'vault'), lock(null), false],
    ['no longer with the screen', lock(null, 'console', true), lock(null), true],
    ['no longer with the screen, though sooner', lock(10, 'vault', true), lock(1, 'vault'), true],
    ['with the screen too', lock(10), lock(10, 'console', true), false],
  ])('%s is looser, or not', (_what, before, after, expected) => {
    expect(isLooser(before, after)).toBe(expected);
  });

  it('promises nothing that is not set', () => {
    expect(sayAutoLock(lock(null, 'vault'))).toBe('Off: nothing locks by itself.');
    expect(sayAutoLock(lock(1))).toContain('nobody used for 1 minute locks');
    expect(sayAutoLock(lock(15))).toContain('The vault stays unlocked.');
    expect(sayAutoLock(lock(15, 'vault'))).toContain('the key is removed from memory');
    for (const minutes of [null, 15])
      expect(sayAutoLock(lock(minutes))).not.toMatch(/removed from memory|vault locks/);
    // The vault locks by itself, with the screen.
    expect(sayAutoLock(lock(null, 'console', true))).toBe('Off: nothing locks after a time.');
    expect(sayAutoLock(lock(15, 'console', true))).not.toContain('The vault stays unlocked.');
  });

  it('promises to lock with the screen only where that is heard and chosen', () => {
    const heard = { isHeard: true } as const;
    const unheard = { isHeard: false, why: 'nobody tells' } as const;
    expect(sayScreenLock(true, heard)).toMatch(/^On: .* the vault locks too/);
    expect(sayScreenLock(false, heard)).toMatch(/^Off: the vault stays unlocked/);
    for (const isOn of [true, false]) {
      expect(sayScreenLock(isOn, unheard)).toMatch(/^Not available here: nobody tells\. Nothing locks/);
      expect(sayScreenLock(isOn, unheard)).not.toContain('vault locks');
    }
  });

  it('lists what is declared to wait, and what the custody does to whoever asks', () => {
    const test = openTestContext();
    const { ctx } = test;
    const job = { isResumed: false, record: 'on_failure', run: async () => undefined } as const;
    ctx.jobs.add({ ...job, name: 'a.plain', title: 'Plain', when: { kind: 'queued' } });
    const renewal = { ...job, name: 'a.renewal', title: 'Renew', needsKey: true } as const;
    ctx.jobs.add({ ...renewal, when: { kind: 'cron', text: '0 4 * * *' } });
    const describeFor = (custody: 'file' | 'passphrase', hasAccount = true) =>
      describeAutoLock(ctx, {
        listWaiting: () => ['Deploys'],
        custody: () => custody,
        hasAccount: () => hasAccount,
        screen: () => ({ isHeard: false, why: 'nobody tells' }),
      });
    const { waits, reopening, says, window } = describeFor('file');
    expect(waits).toEqual([
      { title: 'Deploys', schedule: null, nextAt: null },
      { title: 'Renew', schedule: '0 4 * * *', nextAt: expect.any(Number) },
    ]);
    expect(reopening).toContain('only has to ask for it, and a restart does so by itself');
    expect(describeFor('passphrase').reopening).toContain('its passphrase or a copy of the key is needed');
    expect(describeFor('file').screen).toBe(
      'Not available here: nobody tells. Nothing locks with the screen.',
    );
    expect([says, window]).toEqual(['Off: nothing locks by itself.', null]);
    expect(describeFor('file', false).window).toContain('is not locked');
    updateSettings(ctx, null, { auto_lock_minutes: 5, auto_lock_strength: 'vault' });
    expect(describeFor('file')).toMatchObject({ minutes: 5, strength: 'vault' });
    test.close();
  });
});
