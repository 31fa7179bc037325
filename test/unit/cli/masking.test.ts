import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMasking, listMasked } from '../../../electron/cli/run/masking.ts';
import { openValueFiles } from '../../../electron/cli/run/value-files.ts';

afterEach(() => vi.useRealTimers());

async function mask(values: string[], pieces: readonly (Buffer | string)[]): Promise<string> {
  const masking = createMasking(listMasked(values));
  for (const piece of pieces) masking.write(piece);
  masking.end();
  const chunks: Buffer[] = [];
  for await (const chunk of masking as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}
const MASK = Buffer.from('••••').toString('latin1');

describe('the masking of output', () => {
  it('finds a value wherever the pieces are cut', async () => {
    const text = Buffer.from('a hunter2 b hunthunter2 hunter');
    for (let first = 0; first <= text.length; first++)
      for (let second = first; second <= text.length; second++)
        expect(
          await mask(
            ['hunter2'],
            [text.subarray(0, first), text.subarray(first, second), text.subarray(second)],
          ),
        ).toBe(`a ${MASK} b hunt${MASK} hunter`);
  });

  it('takes the longer of two values, and masks those that overlap', async () => {
    expect(await mask(['abcd', 'abcdef'], ['abc', 'd', 'ef abcdX'])).toBe(`${MASK} ${MASK}X`);
    expect(await mask(['abcd', 'cdef'], ['abcdef'])).toBe(MASK);
  });

  it('leaves bytes that are no text as they are, and values of three characters', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    expect(await mask(['hunter2', '123'], [bytes, '123'])).toBe(`${bytes.toString('latin1')}123`);
  });

  it('shows a prompt that ends as a value begins after a moment, and still masks the value', async () => {
    vi.useFakeTimers();
    const masking = createMasking(listMasked(['hunter2']));
    const seen: string[] = [];
    masking.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    masking.write('with h');
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.join('')).toBe('with ');
    await vi.advanceTimersByTimeAsync(250);
    expect(seen.join('')).toBe('with h');
    masking.write('unter2!');
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.join('')).toBe('with h••••!');
  });
});

describe('files for values', () => {
  it('are refused where no place is in memory', () => {
    expect(() => openValueFiles([undefined, '/proc', '/nowhere'])).toThrow(/neither/);
  });

  it.skipIf(process.platform !== 'linux')(
    'that a killed run left are removed by the next, and others are not',
    () => {
      const left = '/dev/shm/temps-run-1-1';
      const other = mkdtempSync('/dev/shm/temps-run-other-');
      mkdirSync(left, { recursive: true });
      const files = openValueFiles(['/dev/shm']);
      try {
        const second = readdirSync('/dev/shm');
        expect(second).not.toContain('temps-run-1-1');
        expect(second).toContain(other.slice('/dev/shm/'.length));
        expect(second.some((name) => name.startsWith(`temps-run-${process.pid}-`))).toBe(true);
      } finally {
        files.remove();
        rmSync(other, { recursive: true });
      }
    },
  );
});
