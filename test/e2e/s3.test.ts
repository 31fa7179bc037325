import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temps } from './terminal.ts';

const VALUE = 'a value that comes back from a bucket';
const CREDENTIALS = 'S3RVER\nS3RVER\n';

/** In a thread: commands are waited for, and the store has to answer meanwhile. */
const STORE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const S3rver = require('@20minutes/s3rver');
  new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: workerData, configureBuckets: [{ name: 'backups' }] })
    .run()
    .then(({ port }) => parentPort.postMessage(port));
`;

let folder: string;
let dataDir: string;
let store: Worker;
let at: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-s3-'));
  dataDir = join(folder, 'data');
  store = new Worker(STORE, { eval: true, workerData: join(folder, 'store') });
  const port = await new Promise<number>((done, fail) => store.once('message', done).once('error', fail));
  at = ['--endpoint', `http://127.0.0.1:${port}`, '--path-style'];
});
afterAll(async () => {
  await store.terminate();
  rmSync(folder, { recursive: true, force: true });
});

describe('a bucket by the command line', () => {
  const adding = ['backup', 'destinations', 'add', 's3', 'backups/home'];

  it('is added with credentials from standard input alone, shown, and given others', () => {
    temps(dataDir, ['projects', 'create', 'shop']);
    temps(dataDir, ['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], VALUE);
    expect(temps(dataDir, [...adding, ...at], 'S3RVER\n').code).toBe(2);
    const wrong = temps(dataDir, [...adding, ...at], 'S3RVER\nanother\n');
    expect(wrong.code).toBe(1);
    expect(wrong.err).toMatch(/secret access key/);
    const added = temps(dataDir, [...adding, ...at], CREDENTIALS);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toMatch(/s3:\/\/backups\/home, read, listed and deleted[\s\S]*is this computer/);
    const replace = ['backup', 'destinations', 'credentials', 'backups'];
    expect(temps(dataDir, replace, 'S3RVER\nanother\n').code).toBe(1);
    expect(temps(dataDir, replace, CREDENTIALS)).toMatchObject({ code: 0, err: '' });
    const shown = temps(dataDir, ['backup', 'destinations', 'show', 'backups']);
    expect(shown.out).toMatch(/Credentials +set[\s\S]*Object lock/);
    expect(shown.out + added.out).not.toContain('S3RVER');
  });

  it('takes a backup, and a new data directory gets everything back from it', () => {
    const made = temps(dataDir, ['backup', 'now']);
    expect(made).toMatchObject({ code: 0, err: '' });
    const listed = temps(folder, ['restore', 's3://backups/home', ...at, '--list', '--json'], CREDENTIALS);
    expect(JSON.parse(listed.out).backups).toMatchObject([
      { place: expect.stringMatching(/^s3:\/\/backups\/home\/temps-.+Z-/), encrypted: true },
    ]);
    const fresh = join(folder, 'new machine');
    const key = ['--key', join(dataDir, 'encryption_key')];
    expect(temps(fresh, ['restore', 's3://backups', ...at, '--key', '-', '--yes'], CREDENTIALS).code).toBe(2);
    const from = ['restore', 's3://backups/home', ...at];
    expect(temps(fresh, [...from, ...key, '--yes'], 'S3RVER\nwrong\n').code).toBe(1);
    const restored = temps(fresh, [...from, ...key, '--yes'], CREDENTIALS);
    expect(restored.code, restored.err).toBe(0);
    const print = ['--', process.execPath, '-e', 'process.stdout.write(process.env.TOKEN)'];
    expect(temps(fresh, ['run', '-p', 'shop', ...print]).out).toBe(VALUE);
  });
});
