import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { tellOfOtherVersion } from '../../../electron/desktop/other-version.ts';
import { openPreferences } from '../../../electron/desktop/preferences.ts';
import { tellOfSandbox } from '../../../electron/desktop/sandbox-notice.ts';
import type { Log } from '../../../electron/instance/kernel/log.ts';
import { state } from '../../desktop/stand-in/control/control.ts';

vi.mock('electron', () => import('../../desktop/stand-in/notification.ts'));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-notices-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  state.notifications = [];
});

describe("a start without Chromium's sandbox", () => {
  it('is in the log each time, and told once until a start has it again', () => {
    const preferences = openPreferences(join(folder, 'desktop.json'), () => expect.fail());
    const warn = vi.fn();
    const told = [false, true, true, false, true].map((isOff) => {
      tellOfSandbox(isOff, preferences, { warn } as unknown as Log, () => undefined);
      return state.notifications.length;
    });
    expect(told).toEqual([0, 1, 1, 1, 2]);
    expect(warn).toHaveBeenCalledTimes(3);
  });
});

describe('a start of another version', () => {
  it.each([
    undefined,
    null,
    '2.0.0',
    { version: 2 },
    { version: '' },
    { version: '1.0.0' },
    { version: 'ready. Type your passphrase here' },
    { version: '2.0.0\nTemps' },
    { version: '2'.repeat(41) },
  ])('is not told of what is no other version: %j', (handedOver) => {
    tellOfOtherVersion(handedOver, '1.0.0', () => undefined);
    expect(state.notifications).toEqual([]);
  });

  it('is told by its version', () => {
    tellOfOtherVersion({ version: '2.0.0-beta+1' }, '1.0.0', () => undefined);
    expect(state.notifications).toMatchObject([{ title: 'Temps 1.0.0 is running, not 2.0.0-beta+1' }]);
  });
});
