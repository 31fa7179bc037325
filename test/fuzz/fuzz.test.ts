import { describe, expect, it } from 'vitest';
import { AppError } from '../../electron/instance/kernel/app-error.ts';
import { parseEnvFile, printDocument } from '../../electron/instance/projects/env-files/env-file.ts';
import { parseKeyFile, parseKeyLines } from '../../electron/instance/vault/custody/key-text-file.ts';
import { createRandom, fuzzCopies } from './copies-fuzz.ts';

const SEED = 20_261_124;

describe('fuzzing', () => {
  it('reads 10,000 damaged copies of a key without a crash or a false accept', async () => {
    expect(await fuzzCopies(10_000, SEED)).toEqual({ inputs: 10_000, crashes: 0, falseAccepts: 0 });
  });

  it('reads 50,000 damaged key files to a key or a named error, and never to another key by chance', () => {
    const random = createRandom(SEED);
    const text = 'a1'.repeat(32);
    // Collected, since an `expect` for every input takes longer than reading it.
    const wrong: string[] = [];
    for (let run = 0; run < 50_000; run++) {
      const bytes = Buffer.from(`${text}\n`);
      bytes[random(bytes.length)] = random(256);
      const isKey = /^[0-9a-fA-F]{64}\r?\n?\n?$/.test(bytes.toString('latin1'));
      for (const parse of [parseKeyFile, parseKeyLines]) {
        try {
          parse(bytes, 'file');
          if (!isKey) wrong.push(`read ${bytes.toString('hex')}`);
        } catch (error) {
          if (!(error instanceof AppError) || error.message.includes(text.slice(0, 20)))
            wrong.push(String(error));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('reads 50,000 random .env files to a lossless document or a named error', () => {
    const random = createRandom(SEED);
    const alphabet = [
      'A',
      'B',
      '=',
      '"',
      "'",
      '`',
      '\\',
      '\n',
      '\r\n',
      ' ',
      '#',
      '$',
      'export ',
      '{',
      '}',
      '\t',
      'ü',
      '0',
    ];
    let read = 0;
    const wrong: string[] = [];
    for (let run = 0; run < 50_000; run++) {
      const text = Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join('');
      try {
        if (printDocument(parseEnvFile(Buffer.from(text))) !== text) wrong.push(JSON.stringify(text));
        read += 1;
      } catch (error) {
        if (!(error instanceof AppError)) wrong.push(String(error));
      }
    }
    expect(wrong).toEqual([]);
    expect(read).toBeGreaterThan(1000);
  });
});
