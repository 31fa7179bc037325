import { describe, expect, it } from 'vitest';
import { firstChoice, toChoice, toCron } from '../../../renderer/backups/schedule-choices.ts';
import { describeLast, describeNext } from '../../../renderer/backups/schedule-words.ts';

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
  ])('show %s as what it is, and give it back unchanged', (cron) =>
    expect(toCron(toChoice(cron))).toBe(cron));

  it('give none before they are filled in', () => {
    expect(toCron({ ...firstChoice, time: '' })).toBeNull();
    expect(toCron({ ...firstChoice, often: 'own', own: ' ' })).toBeNull();
    expect(toCron({ ...firstChoice, often: 'weekly', time: '03:05', weekday: '6' })).toBe('5 3 * * 6');
  });
});

describe('a schedule in the list', () => {
  const schedule = {
    enabled: true,
    is_paused: false,
    waits_for_key: false,
    next_run: at(13, 3),
    last_error: null,
  };
  const failed = { code: 'destination_gone', detail: '/mnt/nas is not there.' };
  it.each([
    [{}, 'unsure', /^tomorrow /],
    [{ next_run: at(12, 21) }, 'unsure', /^today /],
    [{ next_run: NOW - 1 }, 'working', /^due now$/],
    [{ enabled: false, next_run: null }, 'unsure', /^disabled$/],
    [{ is_paused: true, next_run: null }, 'bad', /^waits for you$/],
    [{ waits_for_key: true, next_run: null }, 'bad', /^waits for the key$/],
    [{ last_error: failed }, 'bad', /^failed$/],
  ] as const)('%o: next %s', (change, tone, word) => {
    const said = describeNext({ ...schedule, ...change }, NOW);
    expect([said.tone, word.test(said.word)]).toEqual([tone, true]);
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
