import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBackups } from '../../../electron/instance/backups/restore/find-backups.ts';
import type { AppError } from '../../../electron/instance/kernel/app-error.ts';
import { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-upstream-'));
  writeFileSync(join(folder, 'backup.sql.gz'), 'a dump');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function refuse(metadata: unknown, from = folder): Promise<AppError> {
  writeFileSync(
    join(folder, 'metadata.json'),
    typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
  );
  return await findBackups(from, new AbortController().signal).then(
    () => Promise.reject(new Error('taken')),
    (error: AppError) => error,
  );
}

describe('a backup of upstream Temps', () => {
  it('that carries its own key is named, with the key by its fingerprint alone, and what to do', async () => {
    const key = MasterKey.generate();
    const text = Buffer.from(key.exportBytes()).toString('hex');
    for (const metadata of [
      { backup_id: 'b', encryption_key: text },
      { engine: 'control_plane', instance: { encryption_key: `${text}\n` } },
    ])
      for (const from of [folder, join(folder, 'metadata.json')]) {
        const { code, message } = await refuse(metadata, from);
        expect(code).toBe('not_found');
        expect(message).toContain(`carries its own key (${key.fingerprint})`);
        expect(message).toContain('key rotate');
        expect(message).not.toContain(text);
      }
  });

  it('with a key that is none of ours, or without one, is named too', async () => {
    const odd = await refuse({ encryption_key: 'canary-not-hex' });
    expect(odd.message).toContain('carries its own key, in metadata.json');
    expect(odd.message).not.toContain('canary');
    const plain = await refuse({ engine: 'control_plane', compression: 'gzip' });
    expect(plain.message).toContain('upstream Temps');
    expect(plain.message).not.toContain('its own key');
  });

  it.each([
    ['another tool', { name: 'photos' }],
    ['no object', [1]],
    ['no JSON', '{'],
    ['too large', `{"encryption_key":"${'a'.repeat(70_000)}"}`],
    ['a key too deep', { a: { b: { c: { encryption_key: 'x' } } } }],
  ])('is not seen in a metadata.json of %s', async (_, metadata) => {
    expect((await refuse(metadata)).message).toContain('There is no backup in');
  });
});
