import { describe, expect, it } from 'vitest';
import { tellOfBackups } from '../../../../electron/desktop/backups/backup-notices.ts';
import type { TrayVault } from '../../../../electron/desktop/tray/tray-model.ts';
import { calmVault } from '../tray/tray-vault.ts';

type Destination = NonNullable<TrayVault['health']['recovery']>['destinations'][number];
type State = [
  name: string,
  failed: Destination['failed'],
  goodAt: number | null,
  drive?: Destination['drive'],
];
const vault = (...states: State[]): TrayVault => ({
  ...calmVault,
  health: {
    ...calmVault.health,
    recovery: {
      has_destinations: states.length > 0,
      is_running: false,
      destinations: states.map(([name, failed, good_at, drive = null]) => ({ name, failed, good_at, drive })),
    },
  },
});
const told = (last: TrayVault | null, now: TrayVault) => tellOfBackups(now, last)?.title ?? null;

describe('what is told of backups', () => {
  it('is a backup or a drill that failed, and that it is well again, each once', () => {
    const well = vault(['NAS', null, 1]);
    const failed = vault(['NAS', 'backup', 1]);
    const again = vault(['NAS', null, 2]);
    expect(told(well, failed)).toBe('The backup at NAS failed');
    expect(told(failed, failed)).toBeNull();
    expect(told(failed, again)).toBe('Backups at NAS work again');
    expect(told(again, again)).toBeNull();
    expect(told(failed, vault(['NAS', 'drill', 1]))).toBe('A backup at NAS does not open');
  });

  it('does not call well what was only taken from the list', () => {
    const failed = vault(['NAS', 'backup', 1]);
    expect(told(failed, vault())).toBeNull();
    expect(told(failed, vault(['NAS', null, 1]))).toBeNull();
    expect(told(vault(['NAS', 'drill', null]), vault(['NAS', null, null]))).toBeNull();
  });

  it('says once that a drive can be removed after its backup, and not after one that failed', () => {
    const stick = (drive: Destination['drive'], goodAt = 1, failed: Destination['failed'] = null) =>
      vault(['stick', failed, goodAt, drive]);
    const free = stick('can_be_removed', 2);
    expect(told(stick('in_use', 2), free)).toBe('stick can be removed');
    // Made and drilled between two looks.
    expect(told(stick('away'), free)).toBe('stick can be removed');
    expect(told(free, free)).toBeNull();
    expect(told(stick('away', 2), free)).toBeNull();
    expect(told(stick('away'), stick('in_use'))).toBeNull();
    expect(told(stick('in_use'), stick('can_be_removed', 1, 'backup'))).toBe('The backup at stick failed');
    expect(told(null, free)).toBeNull();
  });

  it('names one of several, and says how many', () => {
    const failed = vault(['NAS', 'backup', 1], ['stick', 'backup', 1]);
    expect(tellOfBackups(failed, vault(['NAS', null, 1], ['stick', null, 1]))?.body).toContain('2 in all');
  });

  it('is nothing at the start, nor where the state is not known', () => {
    expect(told(null, vault(['NAS', 'backup', 1]))).toBeNull();
    expect(told(vault(['NAS', 'backup', 1]), { ...calmVault })).toBeNull();
  });
});
