import { describe, expect, it } from 'vitest';
import {
  firstChoice,
  isOnRemovable,
  toChoice,
  toCron,
  toOwn,
  whenPluggedIn,
} from '../../../renderer/backups/schedule-choices.ts';
import { describeDrive, describeLast, describeNext } from '../../../renderer/backups/schedule-words.ts';

const NOW = new Date(2026, 4, 12, 9).getTime();
const at = (day: number, hour: number) => new Date(2026, 4, day, hour).getTime();

describe('the choices of a schedule', () => {
  it.each([
    '0 */6 * * *',
    '5 3 * * *',
    '30 14 * * 0',
    '0 3 1 * *',
    '15 0 3 * * *',
    '0 3 * * 1-5',
    '@plugged-in',
  ])('show %s as what it is, and give it back unchanged', (cron) =>
    expect(toCron(toChoice(cron))).toBe(cron));

  it('give none before they are filled in', () => {
    expect(toCron({ ...firstChoice, time: '' })).toBeNull();
    expect(toCron({ ...firstChoice, often: 'own', own: ' ' })).toBeNull();
    expect(toCron({ ...firstChoice, often: 'weekly', time: '03:05', weekday: '6' })).toBe('5 3 * * 6');
  });

  it('offer a cron expression that is what was chosen before, but for a drive', () => {
    expect(toOwn(firstChoice)).toBe('0 3 * * *');
    expect(toOwn({ ...firstChoice, own: '0 4 * * *' })).toBe('0 4 * * *');
    expect(toOwn(whenPluggedIn)).toBe('');
  });

  it('suggest the drive for what is on one that is made to be pulled out, by its nearest mount', () => {
    const drives = [
      { path: '/', kind: 'fixed' },
      { path: '/media/stick', kind: 'removable' },
      { path: '/media/stick/share', kind: 'network' },
      { path: 'E:\\', kind: 'removable' },
    ];
    const suggested = ['/media/stick', '/media/stick/backups', 'E:\\backups'];
    const others = ['/media/stick2', '/media/stick/share/x', '/home', 'D:\\backups'];
    expect([...suggested, ...others].filter((path) => isOnRemovable(path, drives))).toEqual(suggested);
  });
});

describe('a schedule in the list', () => {
  const schedule = {
    enabled: true,
    is_paused: false,
    waits_for_key: false,
    next_run: at(13, 3),
    last_error: null,
    schedule_expression: '0 3 * * *',
    drive: null,
  };
  const waiting = { schedule_expression: '@plugged-in', next_run: null };
  const failed = { code: 'destination_gone', detail: '/mnt/nas is not there.' };
  it.each([
    [{}, 'unsure', /^tomorrow /],
    [{ next_run: at(12, 21) }, 'unsure', /^today /],
    [{ next_run: NOW - 1 }, 'working', /^due now$/],
    [{ enabled: false, next_run: null }, 'unsure', /^disabled$/],
    [{ is_paused: true, next_run: null }, 'bad', /^waits for you$/],
    [{ waits_for_key: true, next_run: null }, 'bad', /^waits for the key$/],
    [{ last_error: failed }, 'bad', /^failed$/],
    [waiting, 'unsure', /^when plugged in$/],
    [{ ...waiting, drive: 'away' }, 'unsure', /^when plugged in$/],
    [{ ...waiting, drive: 'away', last_error: failed }, 'bad', /^failed$/],
    [{ ...waiting, drive: 'other_drive' }, 'unsure', /^not plugged in$/],
    [{ ...waiting, drive: 'in_use', next_run: NOW - 1 }, 'working', /^in use$/],
    [{ ...waiting, drive: 'waiting', next_run: NOW - 1 }, 'unsure', /^waits$/],
    [{ ...waiting, drive: 'waiting', waits_for_key: true }, 'bad', /^waits for the key$/],
    [{ ...waiting, drive: 'can_be_removed' }, 'unsure', /^when plugged in$/],
    [{ ...waiting, drive: 'can_be_removed', last_error: failed }, 'bad', /^failed$/],
  ] as const)('%o: next %s', (change, tone, word) => {
    const said = describeNext({ ...schedule, ...change }, NOW);
    expect([said.tone, word.test(said.word)]).toEqual([tone, true]);
  });

  it('says of a drive whether it can be removed, and of what is no drive nothing', () => {
    const newest = { state: 'confirmed', taken_at: at(12, 8) } as const;
    const say = (drive: Parameters<typeof describeDrive>[0]['drive'], made: typeof newest | null = newest) =>
      describeDrive({ drive }, made, NOW);
    expect(say('can_be_removed')).toMatch(/^made 0?8:00.*, the drive can be removed$/);
    expect(describeDrive({ drive: 'can_be_removed' }, { state: 'failed', taken_at: NOW }, NOW)).toBe(
      'the drive can be removed',
    );
    expect(say('can_be_removed', null)).toBe('the drive can be removed');
    expect(say('in_use')).toBe('in use: keep the drive plugged in');
    expect(say(null)).toBeNull();
  });

  it('says what became of the last run, and why', () => {
    expect(describeLast({ last_run: null, last_error: null }, NOW)).toBeNull();
    expect(describeLast({ last_run: at(11, 3), last_error: null }, NOW)).toMatchObject({ tone: 'ok' });
    expect(describeLast({ last_run: at(11, 3), last_error: failed }, NOW)).toMatchObject({
      tone: 'bad',
      more: 'yesterday: /mnt/nas is not there.',
    });
  });
});
