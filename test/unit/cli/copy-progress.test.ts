import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Client, connectTo } from '../../../electron/cli/client.ts';
import { withCopyProgress } from '../../../electron/cli/key/copy-progress.ts';
import { openInstance } from '../../../electron/instance/instance.ts';
import { quick } from '../../work-factor.ts';

const PASSPHRASE = 'brisk lantern under seven quiet boats';
let folder: string;
let client: Client;
const wasTerminal = process.stderr.isTTY;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-progress-'));
  // Enough for a few looks at each stage.
  client = await connectTo(
    await openInstance({ dataDir: join(folder, 'data'), custody: 'file', ...quick, argon2Mib: 4 }),
  );
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.stderr.isTTY = wasTerminal;
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is written to standard error while a copy is made. */
async function makeCopy(
  isTerminal: boolean,
  format: 'kdbx' | 'text',
): Promise<{ written: string; named: object }> {
  process.stderr.isTTY = isTerminal;
  let written = '';
  let given: object = {};
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  await withCopyProgress(client, (named) => {
    given = named;
    const path = join(folder, `key.${format}`);
    const body = { format, path, for: 'active', keep_anyway: true, passphrase: PASSPHRASE } as const;
    return client.post('/vault/key/copies', { body: { ...body, ...named } });
  });
  vi.restoreAllMocks();
  return { written, named: given };
}

describe('the progress of a copy', () => {
  it('is one line of a terminal, which is clear again at the end', async () => {
    const { written, named } = await makeCopy(true, 'kdbx');
    const lines = written.split('\r').map((line) => line.trim());
    expect(lines.slice(-2)).toEqual(['', '']);
    const told = lines.filter((line) => line !== '');
    expect(told[0]).toMatch(/^Encrypting the copy: \d+ %$/);
    expect(told.at(-1)).toMatch(/^Decrypting the copy: \d+ %$/);
    expect(written).not.toContain('\n');
    expect(JSON.stringify([written, named])).not.toMatch(/brisk|lantern/);
  });

  it('is nowhere else, and not asked for', async () => {
    expect(await makeCopy(false, 'text')).toEqual({ written: '', named: {} });
  });
});
