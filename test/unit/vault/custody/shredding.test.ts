import { describe, expect, it } from 'vitest';
import { describeShredding } from '../../../../electron/instance/vault/key/key-history.ts';

const key = {
  epoch: 2,
  activatedAt: Date.parse('2026-03-01T10:00:00Z'),
  retiredAt: Date.parse('2026-06-15T10:00:00Z'),
};

describe('what is lost with a shredded key', () => {
  it('is every secret in the backups of its time where there is no copy', () => {
    expect(describeShredding(key, 0, 0)).toBe(
      'Secrets in backups of the database made from 2026-03-01 to 2026-06-15 can only be decrypted with key version 2. No backup in the list needs it; what is elsewhere may. No copy of it is listed: without one, the secrets in those backups are lost for good.',
    );
  });

  it('names the backups in the list that need it, and where they are', () => {
    const newestAt = Date.parse('2026-06-14T10:00:00Z');
    const known = (count: number, ...places: string[]) =>
      describeShredding(key, 1, 1, { count, newestAt, places, former: [] });
    expect(known(1, 'NAS')).toContain('The list has 1 backup that needs it, at NAS, of 2026-06-14.');
    expect(known(3, 'NAS', 'the stick')).toContain(
      'The list has 3 backups that need it, at NAS and the stick; the newest is of 2026-06-14.',
    );
  });

  it('names the former databases that need it, and those that may', () => {
    const former = (name: string, isRead = true) => ({
      name,
      keptUntil: Date.parse('2026-06-22T10:00:00Z'),
      isRead,
    });
    const say = (...all: ReturnType<typeof former>[]) =>
      describeShredding(key, 1, 1, { count: 0, newestAt: null, places: [], former: all });
    expect(say(former('before-rotation-A'))).toContain(
      'what is elsewhere may. 1 former database on this disk needs it: before-rotation-A (kept until 2026-06-22).',
    );
    expect(say(former('a'), former('b'), former('c', false))).toContain(
      '2 former databases on this disk need it: a (kept until 2026-06-22) and b (kept until 2026-06-22). A former database that cannot be read may need it: c (kept until 2026-06-22).',
    );
  });

  it('may be the same where no copy was ever verified', () => {
    expect(describeShredding(key, 1, 0)).toContain('The one copy of it was never verified');
    expect(describeShredding(key, 2, 0)).toContain('Its 2 copies were never verified');
    for (const copies of [1, 2]) expect(describeShredding(key, copies, 0)).toContain('may be lost for good');
  });

  it('is nothing as long as a verified copy is kept', () => {
    expect(describeShredding(key, 3, 1)).toContain('1 is verified. Keep one');
    expect(describeShredding(key, 3, 2)).toContain('2 are verified. Keep one');
    expect(describeShredding(key, 3, 2)).not.toContain('lost for good');
  });
});
