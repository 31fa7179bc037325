import { describe, expect, it } from 'vitest';
import {
  type DestinationFacts,
  judgeRecovery,
  type RecoveryFacts,
} from '../../../electron/instance/backups/promise/recovery-promise.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const nowMs = Date.parse('2026-11-28T09:00:00Z');
const KEY = 'AAAA-AAAA-AAAA-AAAA';
const OLD_KEY = 'BBBB-BBBB-BBBB-BBBB';
const ago = (ms: number) => nowMs - ms;

const words = { place: 'the words in the desk drawer', fingerprint: KEY };
const drilled = { takenAt: ago(6 * HOUR_MS), fingerprint: KEY, drilledAt: ago(5 * HOUR_MS) };
const confirmed = { ...drilled, drilledAt: null };
const nas: DestinationFacts = {
  name: 'the NAS',
  isGone: false,
  drive: null,
  notApart: null,
  newestMissing: null,
  confirmed: [drilled],
  drillFailed: null,
  waitsForKey: false,
  drillWaitsForKey: false,
  lateAt: nowMs + DAY_MS,
};
const whole: RecoveryFacts = {
  copies: [words],
  activeFingerprint: KEY,
  destinations: [nas],
  rivals: [],
  nowMs,
};
/** In a drawer, since its last backup. */
const stick: DestinationFacts = {
  ...nas,
  name: 'the stick',
  drive: { isThere: false, since: drilled.takenAt },
  lateAt: null,
};
const at = (change: Partial<DestinationFacts>): Partial<RecoveryFacts> => ({
  destinations: [{ ...nas, ...change }],
});

/** Facts that differ from those of a whole promise → whether it is whole, the codes of its reasons, what is said. */
const cases: [string, Partial<RecoveryFacts>, boolean, string[], RegExp][] = [
  [
    'both halves shown',
    {},
    true,
    [],
    /^If this computer died now, the words in the desk drawer and the backup on the NAS would bring everything back\. You would lose 6 hours\.$/,
  ],
  [
    'no destination',
    { destinations: [] },
    false,
    ['backup_never'],
    /can open the secrets, but nothing that was shown to work/,
  ],
  [
    'a destination without a backup',
    at({ confirmed: [] }),
    false,
    ['backup_never'],
    /nothing that was shown to work/,
  ],
  [
    'no copy of the key',
    { copies: [] },
    false,
    [],
    /only this computer can open the secrets in it: no copy of their key was verified/,
  ],
  [
    'neither',
    { copies: [], destinations: [] },
    false,
    ['backup_never'],
    /everything in this instance would be lost/,
  ],
  [
    'a copy of a key that was replaced alone',
    { copies: [{ ...words, fingerprint: OLD_KEY }] },
    false,
    [],
    /only this computer can open the secrets in it: no copy of their key was verified/,
  ],
  [
    'a copy of a key that was replaced, and no drill',
    { ...at({ confirmed: [confirmed] }), copies: [{ ...words, fingerprint: OLD_KEY }] },
    false,
    ['backup_not_drilled'],
    /everything in this instance would be lost: no copy of the key in use was verified/,
  ],
  [
    'a backup under a key that was replaced, which has no copy',
    at({ confirmed: [{ ...drilled, fingerprint: OLD_KEY }] }),
    false,
    ['backup_needs_old_key'],
    /needs an older key, of which no copy was verified: the words in the desk drawer cannot open it\.$/,
  ],
  [
    'drilled, but on the disk of the database, and no copy',
    { ...at({ notApart: 'not_separate' }), copies: [] },
    false,
    ['backup_not_apart'],
    /no backup apart from this computer was restored in a drill\.$/,
  ],
  [
    'confirmed and never drilled',
    at({ confirmed: [confirmed] }),
    false,
    ['backup_not_drilled'],
    /no backup apart from this computer was restored in a drill/,
  ],
  [
    'a newer one after a drill under the same key',
    at({
      confirmed: [
        { ...confirmed, takenAt: ago(HOUR_MS / 2) },
        { ...drilled, takenAt: ago(2 * DAY_MS), drilledAt: ago(2 * DAY_MS) },
      ],
    }),
    true,
    [],
    /You would lose less than an hour\.$/,
  ],
  [
    'a newer one after a drill of 15 days ago',
    at({ confirmed: [confirmed, { ...drilled, takenAt: ago(16 * DAY_MS), drilledAt: ago(15 * DAY_MS) }] }),
    true,
    ['backup_not_drilled'],
    /You would lose 16 days\.$/,
  ],
  [
    'a newer one under another key than the drilled',
    at({
      confirmed: [
        { ...confirmed, fingerprint: OLD_KEY },
        { ...drilled, takenAt: ago(DAY_MS) },
      ],
    }),
    true,
    ['backup_not_drilled'],
    /You would lose 24 hours\.$/,
  ],
  [
    'the drill failed',
    at({ confirmed: [confirmed], drillFailed: 'part 4 of 8 is damaged.' }),
    false,
    ['backup_drill_failed', 'backup_not_drilled'],
    /no backup apart/,
  ],
  [
    'the newest failed its drill, an older one passed',
    at({
      confirmed: [confirmed, { ...drilled, takenAt: ago(7 * DAY_MS), drilledAt: ago(7 * DAY_MS) }],
      drillFailed: 'part 4 of 8 is damaged.',
    }),
    true,
    ['backup_drill_failed'],
    /You would lose 7 days\.$/,
  ],
  [
    'the destination is gone',
    at({ isGone: true }),
    false,
    ['backup_gone', 'backup_never'],
    /no backup apart/,
  ],
  [
    'one of two destinations is gone',
    { destinations: [{ ...nas, name: 'the stick', isGone: true }, nas] },
    true,
    ['backup_gone'],
    /the backup on the NAS/,
  ],
  [
    'on a stick that is not plugged in alone, whose last backup failed when it was pulled out',
    { destinations: [{ ...stick, isGone: true }] },
    true,
    [],
    /the backup on the stick would bring everything back\. You would lose 6 hours\.$/,
  ],
  [
    'on a stick that is not plugged in, and on a NAS that is gone',
    { destinations: [stick, { ...nas, isGone: true }] },
    true,
    ['backup_gone'],
    /the backup on the stick/,
  ],
  [
    'on a stick that was not drilled',
    { destinations: [{ ...stick, isGone: true, confirmed: [confirmed] }] },
    false,
    ['backup_not_drilled'],
    /no backup apart from this computer was restored in a drill/,
  ],
  [
    'on a stick whose drill failed',
    { destinations: [{ ...stick, confirmed: [confirmed], drillFailed: 'part 4 of 8 is damaged.' }] },
    false,
    ['backup_drill_failed', 'backup_not_drilled'],
    /no backup apart/,
  ],
  [
    'on a stick without a backup',
    { destinations: [{ ...stick, confirmed: [] }] },
    false,
    ['backup_never'],
    /nothing that was shown to work/,
  ],
  [
    'on a stick beside a copy of the key',
    { destinations: [{ ...stick, notApart: 'holds_key_copy' }] },
    false,
    ['backup_not_apart'],
    /no backup apart/,
  ],
  [
    'on a stick that got none for 30 days',
    {
      destinations: [
        {
          ...stick,
          confirmed: [{ ...drilled, takenAt: ago(30 * DAY_MS), drilledAt: ago(30 * DAY_MS) }],
          drive: { isThere: false, since: ago(30 * DAY_MS) },
        },
      ],
    },
    true,
    ['backup_drive_due'],
    /the backup on the stick would bring everything back\. You would lose 30 days\.$/,
  ],
  [
    'on a NAS, and a stick that never got one in 31 days',
    { destinations: [nas, { ...stick, confirmed: [], drive: { isThere: false, since: ago(31 * DAY_MS) } }] },
    true,
    ['backup_drive_due'],
    /the backup on the NAS/,
  ],
  [
    'on a stick a moment before that',
    { destinations: [{ ...stick, drive: { isThere: false, since: ago(30 * DAY_MS - 1) } }] },
    true,
    [],
    /the backup on the stick/,
  ],
  ['on the same disk', at({ notApart: 'not_separate' }), false, ['backup_not_apart'], /no backup apart/],
  [
    'beside a copy of the key',
    at({ notApart: 'holds_key_copy' }),
    false,
    ['backup_not_apart'],
    /no backup apart/,
  ],
  [
    'the newer on the same disk, the older apart',
    {
      destinations: [
        { ...nas, name: 'here', notApart: 'not_separate' },
        { ...nas, confirmed: [{ ...drilled, takenAt: ago(30 * HOUR_MS) }] },
      ],
    },
    true,
    [],
    /the backup on the NAS would bring everything back\. You would lose 30 hours\.$/,
  ],
  [
    'older than the schedule allows',
    at({ confirmed: [{ ...drilled, takenAt: ago(3 * DAY_MS) }], lateAt: ago(DAY_MS) }),
    true,
    ['backup_old'],
    /You would lose 3 days\.$/,
  ],
  [
    'a schedule that made none yet, where it should have',
    at({ confirmed: [], lateAt: nowMs }),
    false,
    ['backup_old', 'backup_never'],
    /nothing that was shown to work/,
  ],
  [
    'late at one place, in time at the other',
    { destinations: [{ ...nas, name: 'the stick', lateAt: ago(HOUR_MS) }, nas] },
    true,
    ['backup_old'],
    /You would lose 6 hours/,
  ],
  [
    'the newest backup is missing',
    at({ newestMissing: { sequence: 41, takenAt: Date.parse('2026-11-28T12:00:00Z') } }),
    true,
    ['backup_missing'],
    /You would lose 6 hours/,
  ],
  [
    'another computer makes backups of this instance',
    { rivals: [{ destination: 'the NAS', takenAt: ago(HOUR_MS) }] },
    true,
    ['backup_other_writer'],
    /You would lose 6 hours/,
  ],
  [
    'a drill is due while the vault is locked',
    { ...at({ drillWaitsForKey: true }), activeFingerprint: null },
    true,
    ['backup_waits_for_key'],
    /would bring everything back/,
  ],
  [
    'due while the vault is locked',
    { ...at({ waitsForKey: true }), activeFingerprint: null },
    true,
    ['backup_waits_for_key'],
    /would bring everything back/,
  ],
  [
    'as old without a schedule',
    at({ confirmed: [{ ...drilled, takenAt: ago(3 * DAY_MS) }], lateAt: null }),
    true,
    [],
    /3 days/,
  ],
  [
    'the key was rotated since, and both keys have copies',
    {
      ...at({ confirmed: [{ ...drilled, fingerprint: OLD_KEY }] }),
      copies: [words, { place: 'an older sheet', fingerprint: OLD_KEY }],
    },
    true,
    ['backup_needs_old_key'],
    /an older sheet and the backup on the NAS/,
  ],
  [
    'from a time to come',
    at({ confirmed: [{ ...drilled, takenAt: nowMs + HOUR_MS, drilledAt: nowMs + 2 * HOUR_MS }] }),
    false,
    ['backup_not_drilled'],
    /no backup apart/,
  ],
  [
    'drilled at a time to come',
    at({ confirmed: [{ ...drilled, drilledAt: nowMs + HOUR_MS }] }),
    false,
    ['backup_not_drilled'],
    /no backup apart/,
  ],
  [
    'locked, with everything shown before',
    { activeFingerprint: null },
    true,
    [],
    /would bring everything back/,
  ],
  [
    'a copy beside the backups at one place, and backups apart at another',
    { destinations: [{ ...nas, name: 'the stick', notApart: 'holds_key_copy' }, nas] },
    true,
    [],
    /the backup on the NAS/,
  ],
  [
    'a failed drill at one place, and a whole backup at another',
    { destinations: [{ ...nas, name: 'the stick', drillFailed: 'part 4 of 8 is damaged.' }, nas] },
    true,
    ['backup_drill_failed'],
    /would bring everything back/,
  ],
  [
    'everything gone, and a drill that failed',
    at({ isGone: true, drillFailed: 'part 4 of 8 is damaged.' }),
    false,
    ['backup_drill_failed', 'backup_gone', 'backup_never'],
    /no backup apart/,
  ],
];

describe('what the loss of this computer would mean', () => {
  it.each(cases)('%s', (_what, change, isWhole, codes, sentence) => {
    const promise = judgeRecovery({ ...whole, ...change });
    expect([promise.isWhole, promise.reasons.map(({ code }) => code)]).toEqual([isWhole, codes]);
    expect(promise.sentence).toMatch(sentence);
  });

  const explain = (...destinations: DestinationFacts[]) =>
    judgeRecovery({ ...whole, destinations }).reasons.map(({ message }) => message);

  it('does not take what it cannot reach, or does not know of, for what is not there', () => {
    expect(explain({ ...nas, isGone: true })).toContain(
      'No backup of this instance is in a place that could be reached.',
    );
    expect(explain()).toEqual(['No backup was made from this computer yet.']);
  });

  it('asks for a drive in words that say what helps', () => {
    const since = ago(31 * DAY_MS);
    const away = { isThere: false, since };
    expect(explain({ ...stick, drive: away })).toEqual([
      'No backup was made on the stick for 31 days: plug it in, and one is made.',
    ]);
    expect(explain({ ...stick, drive: { isThere: true, since } })).toEqual([
      'No backup was made on the stick for 31 days, though it is plugged in: one is made when it is plugged in again.',
    ]);
    expect(explain({ ...stick, confirmed: [], drive: away })[0]).toBe(
      'No backup was made on the stick since its schedule was, 31 days ago: plug it in, and one is made.',
    );
  });

  it('names every place that is not apart and has backups, and no other', () => {
    const here: DestinationFacts = { ...nas, name: 'here', notApart: 'not_separate' };
    expect(explain(here, { ...here, name: 'beside' }, { ...here, name: 'empty', confirmed: [] })).toEqual([
      'The backups are on here and beside, and nowhere that counts as separate from the database: if this computer is lost, they may be lost with it.',
    ]);
    expect(explain(here, { ...nas, name: 'the stick', notApart: 'holds_key_copy' })).toEqual([
      'The backups are on here and the stick. A copy of the key is in the same place as those on the stick: anyone who takes one takes both.',
    ]);
  });

  it('is promised in no case but where it is whole', () => {
    const promised = /would bring everything back/;
    for (const [, change, isWhole] of cases)
      expect(promised.test(judgeRecovery({ ...whole, ...change }).sentence)).toBe(isWhole);
  });

  it('names the destination of the backup, and the drill that speaks for it', () => {
    const drill = (confirmed: DestinationFacts['confirmed']) => {
      const { destination, drilledAt } = judgeRecovery({ ...whole, ...at({ confirmed }) });
      return [destination, drilledAt];
    };
    const older = { ...drilled, takenAt: ago(2 * DAY_MS), drilledAt: ago(2 * DAY_MS) };
    expect(drill([drilled])).toEqual(['the NAS', ago(5 * HOUR_MS)]);
    expect(drill([confirmed, older])).toEqual(['the NAS', ago(2 * DAY_MS)]);
    expect(drill([])).toEqual([null, null]);
  });

  it.each([
    [HOUR_MS - 1, 'less than an hour'],
    [HOUR_MS, '1 hour'],
    [HOUR_MS + 1, '2 hours'],
    [2 * DAY_MS, '2 days'],
    [2 * DAY_MS + 1, '3 days'],
  ])('says no less than would be lost: %i ms', (ms, said) => {
    const { sentence } = judgeRecovery({
      ...whole,
      ...at({ confirmed: [{ ...drilled, takenAt: ago(ms), drilledAt: nowMs }] }),
    });
    expect(sentence).toContain(`You would lose ${said}.`);
  });
});
