import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGrowing, startWriting } from '../../../../electron/instance/backups/making/growing-part.ts';

const MIB = 1024 * 1024;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-growing-'));
  path = join(folder, 'part');
  writeFileSync(path, '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write() {
  const end = Promise.withResolvers<string>();
  let note = () => {};
  const growing = startWriting((noteMore) => {
    note = noteMore;
    return end.promise;
  });
  const append = (bytes: Uint8Array) => {
    appendFileSync(path, bytes);
    note();
  };
  return { growing, end, append };
}

describe('a part that is read while it is written', () => {
  it('is given in pieces of one size, as soon as each is there, and then the rest', async () => {
    const { growing, end, append } = write();
    const whole = Buffer.from(Array.from({ length: 2.5 * MIB }, (_, at) => at % 251));
    const pieces = readGrowing(path, growing);
    const first = pieces.next();
    append(whole.subarray(0, MIB / 2));
    append(whole.subarray(MIB / 2, 1.75 * MIB));
    expect((await first).value?.length).toBe(MIB);
    const rest: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of pieces) rest.push(Buffer.from(piece));
    })();
    append(whole.subarray(1.75 * MIB));
    end.resolve('done');
    await reading;
    expect(rest.map(({ length }) => length)).toEqual([MIB, MIB / 2]);
    expect(Buffer.concat([whole.subarray(0, MIB), ...rest]).equals(whole)).toBe(true);
    expect(await growing.written).toBe('done');
  });

  it('is given whole where nothing was told but its end', async () => {
    const { growing, end } = write();
    const pieces = readGrowing(path, growing);
    const first = pieces.next();
    writeFileSync(path, 'all of it');
    end.resolve('done');
    expect(Buffer.from((await first).value ?? []).toString()).toBe('all of it');
    expect((await pieces.next()).done).toBe(true);
  });

  it('ends with what its writing ends with, and gives nothing that is not whole', async () => {
    const { growing, end, append } = write();
    const pieces = readGrowing(path, growing);
    const first = pieces.next();
    append(Buffer.alloc(10));
    end.reject(new Error('the disk is full'));
    await expect(first).rejects.toThrow('the disk is full');
    await expect(growing.wait()).rejects.toThrow('the disk is full');
  });
});
