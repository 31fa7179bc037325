import { describe, expect, it } from 'vitest';
import { type EndingVariable, tellOfEnds } from '../../../../electron/desktop/variables/end-notices.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-06-15T12:00:00Z');
const ending = (key: string, days: number, project: string | null = 'shop'): EndingVariable => ({
  key,
  project: project === null ? null : { id: 1, name: project, slug: project },
  environments: project === null ? [] : ['production'],
  expires_at: now + days * DAY_MS,
});

describe('variables that end', () => {
  it('are told once at 30 days, at 7 days, and when they are over', () => {
    let toldAt: number | null = null;
    const told: string[] = [];
    for (let day = -40; day <= 10; day++) {
      const at = now + day * DAY_MS;
      const due = tellOfEnds(day < -30 ? [] : [ending('TLS_CERT', 0)], toldAt, at);
      if (!due) continue;
      told.push(due.title);
      toldAt = at;
    }
    expect(told).toEqual(['TLS_CERT ends in 30 days', 'TLS_CERT ends in 7 days', 'TLS_CERT has ended']);
  });

  it('are told late where the program did not run, and named with their place', () => {
    expect(tellOfEnds([ending('TOKEN', -3)], now - 10 * DAY_MS, now)).toEqual({
      title: 'TOKEN ended 3 days ago',
      body: 'shop, production. Renew it where it comes from, and set it here.',
      path: '/projects/shop',
    });
    expect(tellOfEnds([ending('TOKEN', 5, null)], null, now)).toMatchObject({
      title: 'TOKEN ends in 5 days',
      body: expect.stringMatching(/^Shared\./),
      path: '/shared',
    });
    expect(tellOfEnds([ending('TOKEN', 6.99)], now - DAY_MS, now)).toMatchObject({
      title: 'TOKEN ends in 7 days',
    });
    expect(tellOfEnds([ending('TOKEN', 0.4)], null, now)).toMatchObject({
      title: 'TOKEN ends within a day',
    });
  });

  it('are told together', () => {
    expect(
      tellOfEnds(
        ['A', 'B'].map((key) => ending(key, 3)),
        null,
        now,
      ),
    ).toMatchObject({
      title: '2 variables end soon, or ended',
      body: 'A, B. See Home.',
      path: '/',
    });
    const many = ['A', 'B', 'C', 'D', 'E'].map((key) => ending(key, 3));
    expect(tellOfEnds(many, null, now)?.body).toBe('A, B, C and 2 more. See Home.');
  });

  it('are not told again, nor long before, nor kept back by a clock that was ahead', () => {
    expect(tellOfEnds([], null, now)).toBeNull();
    expect(tellOfEnds([ending('TOKEN', 31)], null, now)).toBeNull();
    expect(tellOfEnds([ending('TOKEN', 5)], now - DAY_MS, now)).toBeNull();
    expect(tellOfEnds([ending('TOKEN', 5)], now, now)).toBeNull();
    expect(tellOfEnds([ending('TOKEN', 5)], now + DAY_MS, now)).not.toBeNull();
  });
});
