import { describe, expect, it } from 'vitest';
import { chooseNotification } from '../../../electron/desktop/notification-model.ts';
import type { TrayVault } from '../../../electron/desktop/tray/tray-model.ts';
import { healthOf, calmVault as ok } from './tray/tray-vault.ts';

const HOUR = 60 * 60 * 1000;
const atRisk: TrayVault = { ...ok, health: healthOf('no_separate_copy', 'at_risk') };

/** Looks at these hours, and returns what was told at each, null for nothing. */
function look(...looks: [hours: number, vault: TrayVault][]) {
  let memory = { riskToldAt: null as number | null, last: null as TrayVault | null };
  return looks.map(([hours, vault]) => {
    const told = chooseNotification(vault, memory, hours * HOUR);
    memory = told.memory;
    return told.due;
  });
}

/** The same, by its title. */
const tell = (...looks: Parameters<typeof look>) => look(...looks).map((due) => due?.title ?? null);

describe('what is told', () => {
  it('is nothing while all is well', () => {
    expect(tell([0, ok], [1, ok])).toEqual([null, null]);
  });

  it('is a key at risk at once, then daily while it lasts, and anew when it comes back', () => {
    const risk = 'Your key has no verified copy';
    expect(tell([0, atRisk], [1, atRisk], [23, atRisk], [24, atRisk], [25, ok], [26, atRisk])).toEqual([
      risk,
      null,
      null,
      risk,
      null,
      risk,
    ]);
  });

  it('is nothing of a risk that was put off', () => {
    const quiet = { ...ok, health: healthOf('no_separate_copy', 'at_risk', 1) };
    expect(tell([0, quiet], [24, quiet])).toEqual([null, null]);
  });

  it('is what is at risk: a database without a backup is no key without a copy', () => {
    const noBackup: TrayVault = { ...ok, health: healthOf('backup_never', 'at_risk') };
    expect(look([0, noBackup])).toMatchObject([{ title: 'Your database has no backup', path: '/backups' }]);
    expect(tell([0, { ...ok, health: healthOf('backup_not_drilled', 'due') }])).toEqual([null]);
    // Who was told of the one was not told of the other.
    expect(tell([0, noBackup], [1, atRisk], [2, atRisk])).toEqual([
      'Your database has no backup',
      'Your key has no verified copy',
      null,
    ]);
  });

  it('is a risk even when the clock went back', () => {
    expect(tell([100, atRisk], [2, atRisk])).toEqual([
      'Your key has no verified copy',
      'Your key has no verified copy',
    ]);
  });

  it('is a lock that nobody asked for, once', () => {
    const gone: TrayVault = { ...ok, state: 'locked', case: 'missing' };
    const asked: TrayVault = { ...ok, state: 'locked', case: 'locked_by_owner' };
    expect(tell([0, ok], [1, gone], [2, gone])).toEqual([null, 'Temps is locked', null]);
    expect(tell([0, ok], [1, asked])).toEqual([null, null]);
    // Nor is one that was set to happen.
    for (const meant of ['locked_when_idle', 'locked_with_screen'] as const)
      expect(tell([0, ok], [1, { ...asked, case: meant }])).toEqual([null, null]);
    // At the start the window itself says it.
    expect(tell([0, gone])).toEqual([null]);
  });

  it('is the end of a rotation, and a database that was damaged', () => {
    const sealing: TrayVault = { ...ok, rotation: { state: 'sealing', moved: 1, total: 9 } };
    const done: TrayVault = { ...ok, rotation: { state: 'done', moved: 9, total: 9 } };
    expect(tell([0, sealing], [1, done], [2, done])).toEqual([null, 'The key was rotated', null]);
    expect(tell([0, ok], [1, { ...ok, database: { state: 'damaged' } }])).toEqual([
      null,
      'The database is damaged',
    ]);
  });

  it('opens the page that helps', () => {
    const sealing: TrayVault = { ...ok, rotation: { state: 'sealing', moved: 1, total: 9 } };
    const next: [TrayVault, TrayVault][] = [
      [ok, atRisk],
      [ok, { ...ok, state: 'locked', case: 'missing' }],
      [sealing, { ...ok, rotation: { state: 'done', moved: 9, total: 9 } }],
      [ok, { ...ok, database: { state: 'damaged' } }],
    ];
    expect(next.map(([before, after]) => look([0, before], [1, after])[1]?.path)).toEqual([
      '/key/copy',
      '/key',
      '/key',
      '/',
    ]);
  });
});
