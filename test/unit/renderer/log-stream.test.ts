import { describe, expect, it } from 'vitest';
import { join, MAX_LINES, type StreamLine } from '../../../renderer/apps/logs/log-stream.ts';

const line = (id: number, second: number): StreamLine => ({
  id,
  at: `2026-11-30T12:00:${String(second).padStart(2, '0')}.000000000Z`,
  stream: 'stdout',
  text: `line ${second}`,
});

describe('the end of a log, read again', () => {
  it('is put behind what is known, each line once', () => {
    const known = [line(1, 1), line(2, 2), line(3, 3)];
    expect(join(known, [line(4, 2), line(5, 3), line(6, 4)]).map(({ id }) => id)).toEqual([1, 4, 5, 6]);
  });

  it('leaves what is known where there is none', () => {
    const known = [line(1, 1)];
    expect(join(known, [])).toBe(known);
  });

  it('keeps the newest lines alone', () => {
    const known = Array.from({ length: MAX_LINES }, (_, id) => line(id, 1));
    const joined = join(known, [line(MAX_LINES, 2)]);
    expect(joined).toHaveLength(MAX_LINES);
    expect(joined.at(-1)?.id).toBe(MAX_LINES);
    expect(joined[0]?.id).toBe(1);
  });
});
