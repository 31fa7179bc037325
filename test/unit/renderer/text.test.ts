import { describe, expect, it } from 'vitest';
import { shorten, shortenWithin } from '../../../renderer/ui/text.ts';

describe('a name that is too long', () => {
  it('keeps its beginning, and says that there is more', () => {
    expect(shorten('a'.repeat(60))).toBe('a'.repeat(60));
    expect(shorten('a'.repeat(61))).toBe(`${'a'.repeat(59)}…`);
    expect(shorten('production', 5)).toBe('prod…');
  });

  it('keeps its end too, where that is what says something', () => {
    expect(shortenWithin('0123456789 was deleted', 4, 11)).toBe('0123…was deleted');
    expect(shortenWithin('0123456789', 5, 4)).toBe('0123456789');
  });

  it('is never cut within a sign', () => {
    const family = '👨‍👩‍👧';
    expect(shorten(family.repeat(10))).toBe(family.repeat(10));
    expect(shorten(family.repeat(61))).toBe(`${family.repeat(59)}…`);
    expect(shorten(`${'a'.repeat(58)}é́z`.normalize('NFD'), 60)).toBe(`${'a'.repeat(58)}é́z`.normalize('NFD'));
  });
});
