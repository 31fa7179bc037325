import { describe, expect, it } from 'vitest';
import { pictureTray, type TrayInput, type TrayVault } from '../../../../electron/desktop/tray/tray-model.ts';
import { healthOf, calmVault as ok } from './tray-vault.ts';

const input = (vault: Partial<TrayVault> = {}, more: Partial<TrayInput> = {}): TrayInput => ({
  vault: { ...ok, ...vault },
  unusual: 0,
  address: 'https://localhost:8443',
  isPaused: false,
  updates: { state: 'off' },
  ...more,
});
const labels = (given: TrayInput) =>
  pictureTray(given).items.map((item) => (item.kind === 'separator' ? '—' : item.label));
const atRisk = healthOf('no_separate_copy', 'at_risk');
const quiet = healthOf('no_separate_copy', 'at_risk', 1);

describe('the tray', () => {
  it('has the whole menu while all is well', () => {
    expect(labels(input())).toEqual([
      'Running, key OK',
      '—',
      'Open Temps',
      'Copy console address',
      '—',
      'Lock now',
      'Back up now',
      'Encryption key…',
      '—',
      'Pause instance',
      'Quit Temps',
    ]);
    expect(pictureTray(input())).toMatchObject({ shape: 'running', tooltip: 'Temps: running, key OK' });
  });

  it('says that somebody read or did the unusual, after what is more urgent', () => {
    const unusual = { unusual: 2 };
    expect(pictureTray(input({}, unusual)).shape).toBe('attention');
    expect(labels(input({}, unusual))[0]).toBe('Unusual access, see Home');
    expect(labels(input({ health: atRisk }, unusual))[0]).toBe('Key at risk: no verified copy');
    expect(labels(input({ state: 'locked', case: 'missing' }, unusual))[0]).toBe('Locked: key missing');
    expect(pictureTray(input({ health: quiet })).shape).toBe('running');
  });

  it.each([
    [{ state: 'locked', case: 'missing' }, 'locked', 'Locked: key missing', 'Temps: locked, key missing'],
    [
      { state: 'locked', case: 'waiting' },
      'locked',
      'Locked: keychain locked',
      'Temps: locked, keychain locked',
    ],
    [
      { state: 'locked', case: 'waiting', refused: true },
      'locked',
      'Locked: no keychain',
      'Temps: locked, no keychain',
    ],
    [
      { health: atRisk },
      'attention',
      'Key at risk: no verified copy',
      'Temps: key at risk, no verified copy',
    ],
    [{ health: quiet }, 'running', 'Running, at risk', 'Temps: running, at risk'],
    [
      { health: healthOf('backup_never', 'at_risk') },
      'attention',
      'At risk: no backup yet',
      'Temps: at risk, no backup yet',
    ],
    [
      { health: healthOf('backup_drill_failed', 'broken') },
      'attention',
      'A backup does not open',
      'Temps: a backup does not open',
    ],
    [
      { health: healthOf('backup_not_drilled', 'due') },
      'running',
      'Running, no backup was drilled',
      'Temps: running, no backup was drilled',
    ],
    [
      { health: healthOf('proof_due', 'due') },
      'running',
      'Running, verify a copy',
      'Temps: running, verify a copy',
    ],
    [
      { database: { state: 'damaged' } },
      'attention',
      'Database damaged, read only',
      'Temps: database damaged, read only',
    ],
    [
      { rotation: { state: 'sealing', moved: 1284, total: 2140 } },
      'working',
      'Rotating: 1,284 of 2,140 values',
      'Temps: rotating the key, 60 %',
    ],
  ] as [
    Partial<TrayVault>,
    string,
    string,
    string,
  ][])('shows %o by its own shape', (vault, shape, status, tooltip) => {
    const picture = pictureTray(input(vault));
    expect([picture.shape, picture.items[0], picture.tooltip]).toEqual([
      shape,
      { kind: 'status', label: status },
      tooltip,
    ]);
  });

  it('says that nobody used it where that is why', () => {
    const idle = { state: 'locked', case: 'locked_when_idle' } as const;
    expect(labels(input({ state: 'locked', case: 'locked_with_screen' }))[0]).toBe('Locked: with the screen');
    expect(labels(input({ ...idle, idle_minutes: 10 }))[0]).toBe('Locked: nobody used it for 10 minutes');
    expect(labels(input({ ...idle, idle_minutes: 1 }))[0]).toBe('Locked: nobody used it for 1 minute');
  });

  it('offers to unlock while locked, and to resume while paused', () => {
    expect(labels(input({ state: 'locked', case: 'locked_by_owner' }))).toContain('Unlock…');
    expect(labels(input({ state: 'locked', case: 'locked_by_owner' }))).not.toContain('Lock now');
    expect(labels(input({}, { isPaused: true }))).toContain('Resume');
  });

  it('backs up, says that it does, and where it cannot', () => {
    const recovery = { has_destinations: true, is_running: true, destinations: [] };
    const running = pictureTray(input({ health: { ...ok.health, recovery } }));
    expect(running).toMatchObject({ shape: 'working', tooltip: 'Temps: backing up' });
    const find = (vault: Partial<TrayVault>) =>
      pictureTray(input(vault)).items.find((item) => item.kind === 'action' && item.action === 'back_up');
    expect(running.items).toContainEqual({
      kind: 'action',
      label: 'Backing up…',
      action: 'back_up',
      isEnabled: false,
    });
    expect(find({})).toMatchObject({ label: 'Back up now', isEnabled: true });
    expect(
      find({
        health: { ...ok.health, recovery: { ...recovery, is_running: false, has_destinations: false } },
      }),
    ).toMatchObject({ label: 'Say where backups go…', isEnabled: true });
    expect(find({ state: 'locked', case: 'locked_by_owner' })).toMatchObject({
      label: 'Back up now: waits for the key',
      isEnabled: false,
    });
  });

  it('copies no address while there is none', () => {
    const { items } = pictureTray(input({}, { address: null, isPaused: true }));
    expect(items).toContainEqual({
      kind: 'action',
      label: 'Copy console address',
      action: 'copy_address',
      isEnabled: false,
    });
  });

  it('speaks of updates only where there is somewhere to ask', () => {
    expect(labels(input()).join()).not.toContain('update');
    expect(labels(input({}, { updates: { state: 'idle', checkedAt: null } }))).toContain('Check for updates');
    expect(labels(input({}, { updates: { state: 'ready', version: '1.2.0' } }))).toContain(
      'Restart with version 1.2.0',
    );
  });
});
