import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { openInstance } from '../../../electron/instance/instance.ts';
import { formatWords } from '../../../electron/instance/vault/copies/words.ts';
import { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';
import { openDoor, type TestDoor } from '../../api/harness.ts';
import { quick } from '../../work-factor.ts';

const folder = join(import.meta.dirname, '../../../electron/instance/backups');
const SECRET = 'what only the key brings back';

/** The commands of the README, as they are written there: for an encrypted backup, and for one that is not. */
const [encrypted = '', readable = ''] = [
  ...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g),
].map(([, commands]) => commands);

let door: TestDoor & { stop(): Promise<void> };
let work: string;
let key: MasterKey;
const backups: Record<string, string> = {};
beforeAll(async () => {
  door = await openDoor('socket');
  work = mkdtempSync(join(tmpdir(), 'temps-by-hand-'));
  key = MasterKey.fromBytes(
    Buffer.from(readFileSync(join(door.dataDir, 'encryption_key'), 'utf8').trim(), 'hex'),
  );
  await door.owner('POST', '/projects', {
    name: 'shop',
    secret: 'guess',
    environment_variables: [['API_TOKEN', SECRET]],
  });
  for (const name of ['encrypted', 'readable']) {
    const path = mkdtempSync(join(work, `${name}-`));
    const body = { kind: 'folder', name, path, readable_without_key: name === 'readable' };
    const { id } = (await door.owner('POST', '/backups/destinations', body)).body;
    const made = await door.owner('POST', `/backups/destinations/${id}/run`);
    backups[name] = join(path, made.body.folder);
  }
});
afterAll(async () => {
  await door?.stop();
  rmSync(work, { recursive: true, force: true });
});

function run(commands: string, backup: string, to: string, input: string) {
  return spawnSync('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: work, BACKUP: backup, TO: to },
    input,
    encoding: 'utf8',
  });
}

/** The secret, from an instance that is started with what was restored and the key. */
async function readSecret(dataDir: string): Promise<string> {
  writeFileSync(join(dataDir, 'encryption_key'), key.exportBytes().toString('hex'), { mode: 0o600 });
  const instance = await openInstance({ dataDir, ...quick });
  try {
    expect(instance.status()).toMatchObject({ vault: { case: 'running' }, isSetUp: true });
    const response = await instance.fetch(
      new Request('http://localhost/api/projects/shop/env-vars/API_TOKEN/value'),
      createOwner('socket', Date.now()),
    );
    return await response.text();
  } finally {
    await instance.stop();
  }
}

describe('what the README says of restoring by hand', () => {
  it.each([
    ['24 words', () => formatWords(key)],
    ['64 hex digits', () => key.exportBytes().toString('hex')],
  ])('brings an encrypted backup back with the key as %s', async (what, say) => {
    const to = join(work, `to-${what.replaceAll(' ', '-')}`);
    const { status, stdout, stderr } = run(encrypted, backups.encrypted ?? '', to, say());
    expect(status, stderr).toBe(0);
    expect(stdout.match(/: OK$/gm)).toHaveLength(2);
    expect(stdout).toContain('"temps backup details"');
    expect(stdout.trimEnd()).toMatch(/\nok$/);
    expect(`${stdout}${stderr}`).not.toContain('AGE-SECRET-KEY');
    expect(await readSecret(to)).toContain(SECRET);
  });

  it('brings back one that is readable without the key', async () => {
    const to = join(work, 'to-readable');
    const { status, stdout, stderr } = run(readable, backups.readable ?? '', to, '');
    expect(status, stderr).toBe(0);
    expect(stdout.match(/: OK$/gm)).toHaveLength(2);
    expect(await readSecret(to)).toContain(SECRET);
  });

  it('stops at another key, at words that are none, and at a part that was changed', () => {
    const other = run(encrypted, backups.encrypted ?? '', join(work, 'a'), formatWords(MasterKey.generate()));
    expect(other.status).not.toBe(0);
    expect(other.stderr).toContain('This key did not sign this backup');
    const swapped = formatWords(key).split(' ').toReversed().join(' ');
    expect(run(encrypted, backups.encrypted ?? '', join(work, 'b'), swapped).stderr).toMatch(
      /not a key|not sign/,
    );
    const file = join(backups.readable ?? '', 'details.json.zst');
    const bytes = readFileSync(file);
    const changed = Buffer.from(bytes);
    changed[10] = (changed[10] ?? 0) ^ 1;
    writeFileSync(file, changed);
    const damaged = run(readable, backups.readable ?? '', join(work, 'c'), '');
    writeFileSync(file, bytes);
    expect(damaged.status).not.toBe(0);
    expect(damaged.stdout).toContain('details.json.zst: FAILED');
  });

  it('gives the identity that the program prints', async () => {
    const { identity } = (await door.owner('POST', '/backups/identity')).body;
    const { stdout } = run(
      'python3 backup_identity.py "$BACKUP"',
      backups.encrypted ?? '',
      '',
      formatWords(key),
    );
    expect(stdout.trim()).toBe(identity);
  });
});
