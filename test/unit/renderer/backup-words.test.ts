import { describe, expect, it } from 'vitest';
import {
  countDestinations,
  describeAccess,
  describeDrill,
  describeFailedTrial,
  describeLoss,
  describeMade,
  describePlace,
  describeRun,
  describeState,
  describeTried,
} from '../../../renderer/backups/backup-words.ts';

type Backup = Parameters<typeof describeLoss>[0];

const NOW = new Date(2026, 4, 12, 9).getTime();
const backup = (change: Partial<Backup> = {}): Backup => ({
  id: '0199',
  destination_id: 1,
  destination: 'NAS',
  folder: 'temps-1/2026',
  gone_at: null,
  gone_note: null,
  is_held: false,
  kept_until: null,
  sequence: 1,
  why: 'by_hand',
  taken_at: NOW,
  state: 'confirmed',
  size_bytes: 41_200_000,
  key_fingerprint: '4F2A-91C0-77DE-1B3A',
  confirmed_at: NOW,
  error: null,
  drilled_at: null,
  drill_result: null,
  drill_reason: null,
  ...change,
});

describe('a backup in words', () => {
  it('is verified only where it was compared at its destination', () => {
    expect(describeState(backup(), NOW)).toMatchObject({ tone: 'ok', word: 'verified' });
    const others = (['running', 'stored', 'failed'] as const).map((state) =>
      describeState(backup({ state, confirmed_at: null }), NOW),
    );
    for (const { tone, word } of others) {
      expect(tone).not.toBe('ok');
      expect(word).not.toBe('verified');
    }
  });

  it('that was cancelled is neither good nor a failure', () => {
    const cancelled = backup({ state: 'failed', error: { code: 'cancelled', detail: 'It was cancelled.' } });
    expect(describeState(cancelled, NOW)).toEqual({ tone: 'unsure', word: 'cancelled', more: null });
  });

  it('that is made says its file and figures, and no rate before there is one', () => {
    const run = { step: 'writing', part: 'a.zst', done_bytes: 1e6, total_bytes: 4e6 } as const;
    expect(describeRun({ ...run, bytes_per_second: 2e6 })).toBe(
      'Writing a.zst: 1 MB of 4 MB, 2 MB each second.',
    );
    const verifying = { ...run, step: 'verifying', bytes_per_second: null } as const;
    expect(describeRun(verifying)).toBe('Verifying a.zst: 1 MB of 4 MB.');
    const packing = { step: 'packing', part: null, done_bytes: 0, total_bytes: null } as const;
    expect(describeRun({ ...packing, bytes_per_second: null })).toBe('The database is being packed.');
  });

  it('that is gone says which it is, as the instance said', () => {
    const gone = backup({ gone_at: NOW, gone_note: 'Backup no. 41 is not there any more.' });
    const { tone, word, more } = describeState(gone, NOW);
    expect([tone, word]).toEqual(['bad', 'gone']);
    expect(more).toMatch(/^Backup no\. 41 is not there any more\. Noticed today/);
  });

  it('that failed says what the instance said', () => {
    const failed = backup({
      state: 'failed',
      error: { code: 'destination_gone', detail: 'It is not there.' },
    });
    expect(describeState(failed, NOW)).toEqual({ tone: 'bad', word: 'failed', more: 'It is not there.' });
    expect(describeMade({ name: 'NAS' }, failed)).toEqual({
      title: 'The backup at NAS does not count',
      text: 'It is not there.',
    });
  });

  it('is called made only once it is verified', () => {
    expect(describeMade({ name: 'NAS' }, backup())).toEqual({
      title: 'Backed up to NAS',
      text: '41 MB, verified there.',
    });
    for (const unsure of [null, backup({ state: 'stored' }), backup({ state: 'running' })])
      expect(describeMade({ name: 'NAS' }, unsure).title).not.toMatch(/Backed up/);
  });

  it('is drilled only with a result, and a failed one says why', () => {
    expect(describeDrill(backup(), NOW)).toMatchObject({ tone: 'unsure', word: 'not yet' });
    const passed = backup({ drill_result: 'passed', drilled_at: NOW });
    expect(describeDrill(passed, NOW)).toMatchObject({ tone: 'ok', word: 'passed' });
    const failed = backup({ drill_result: 'failed', drilled_at: NOW, drill_reason: 'A row is missing.' });
    const said = describeDrill(failed, NOW);
    expect(said).toMatchObject({ tone: 'bad', word: 'failed' });
    expect(said?.more).toContain('A row is missing.');
    expect(describeDrill(backup({ state: 'failed' }), NOW)).toBeNull();
  });
});

describe('a trial of a backup in words', () => {
  it('did not pass only where the backup itself was refused', () => {
    for (const code of ['backup_damaged', 'backup_newer', 'backup_needs_key'])
      expect(describeFailedTrial('NAS', code)).toBe('The backup at NAS did not pass.');
    for (const code of ['destination_gone', 'vault_locked', 'disk_full', null])
      expect(describeFailedTrial('NAS', code)).toBe('The backup at NAS could not be tried.');
  });

  it('has passed only once it is over', () => {
    for (const how of ['drill', 'verify'] as const) {
      expect(describeTried({ destination: 'NAS' }, how, true).title).toMatch(/passed|Verified/);
      expect(describeTried({ destination: 'NAS' }, how, false).title).toBe('Still reading the backup at NAS');
    }
  });
});

describe('what is lost with a backup', () => {
  it('is everything where no other is good, and a failed or failing one is none', () => {
    const last = backup();
    const others = [
      last,
      backup({ id: 'a', state: 'failed' }),
      backup({ id: 'b', state: 'stored' }),
      backup({ id: 'c', drill_result: 'failed' }),
    ];
    expect(describeLoss(last, others).join(' ')).toContain('only verified backup');
    const more = describeLoss(last, [...others, backup({ id: 'd' })]).join(' ');
    expect(more).not.toContain('only verified backup');
    expect(more).toContain('1 other verified backup remains');
  });

  it('is nothing where nothing was written', () => {
    expect(describeLoss(backup({ state: 'failed', folder: null }), []).join(' ')).toMatch(/Nothing of it/);
  });
});

describe('a destination in words', () => {
  it('says whether anyone can read it, and whether it is lost with the database', () => {
    const encrypted = { readable_without_key: false, recipients: [] };
    expect(describeAccess(encrypted)).toBe('encrypted');
    expect(describeAccess({ ...encrypted, recipients: ['age1'] })).toBe('encrypted, also for 1 recipient');
    expect(describeAccess({ readable_without_key: true, recipients: [] })).toBe('readable without the key');
    const apart = { separate: true, key_copy_note: null };
    expect(describePlace(apart)).toBeNull();
    expect(describePlace({ ...apart, separate: false })).toContain('both are lost');
    expect(describePlace({ ...apart, key_copy_note: 'A key is there.' })).toBe('A key is there.');
    expect(describePlace({ separate: false, key_copy_note: 'A key is there.' })).toMatch(
      /both are lost\. A key is there\.$/,
    );
  });

  it('is counted with those that are not separate', () => {
    const apart = { separate: true, key_copy_note: null };
    const beside = { ...apart, separate: false };
    expect(countDestinations([apart])).toBe('1 destination');
    expect(countDestinations([apart, beside])).toBe('2 destinations, 1 does not count as separate');
    expect(countDestinations([apart, { ...apart, key_copy_note: 'A key is there.' }])).toBe(
      '2 destinations, 1 with a copy of the key',
    );
  });
});
