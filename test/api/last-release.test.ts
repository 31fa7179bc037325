import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../keyring.ts';
import { openDoor, type TestDoor, type Who } from './harness.ts';

const fixtures = join(import.meta.dirname, '../fixtures');
const known = JSON.parse(readFileSync(join(fixtures, 'release-0.1.0.json'), 'utf8')) as {
  encryptionKey: string;
  apiKey: string;
  deploymentToken: string;
};
/** After the day it was filled on: its keys and tokens end a year later. */
const NEXT_DAY = Date.parse('2026-11-29T06:00:00Z');

describe('the data directory of the release before', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let ada: Who;
  beforeAll(async () => {
    door = await openDoor('https', { isSetUp: false, now: NEXT_DAY, prepare: layOut });
    ada = await door.signIn('ada@example.net', 'a long enough password');
  });
  afterAll(() => door.stop());
  const get = async (path: string, who: Who = ada) => {
    const { status, body, text } = await door.request('GET', path, undefined, who);
    expect(status, text).toBe(200);
    return body;
  };

  it('opens with its key, and every value in it decrypts', async () => {
    expect(door.instance.status().vault.case).toBe('running');
    await door.request('POST', '/vault/doctor', {}, ada);
    await until(async () => {
      const report = await get('/vault/doctor');
      return report.finished_at !== null && report.opened === report.total && report.total >= 5;
    });
  });

  it('lets its accounts, API keys and deployment tokens in', async () => {
    const ben = await door.signIn('ben@example.net', 'another long password');
    expect((await get('/auth/session', ben)).user).toMatchObject({ email: 'ben@example.net' });
    expect((await get('/projects', { token: known.apiKey })).total).toBe(1);
    expect((await get('/projects', { token: known.deploymentToken })).projects).toMatchObject([
      { slug: 'shop' },
    ]);
  });

  it('gives its values, decrypted', async () => {
    const values = await get('/projects/shop/variables/resolved?environment=production');
    expect(values.variables).toEqual(
      expect.arrayContaining([
        { key: 'PORT', value: '8080', is_secret: false },
        { key: 'DATABASE_URL', value: 'postgres://shop:second@db/shop', is_secret: true },
      ]),
    );
  });

  it('keeps its audit log, whose lines have words', async () => {
    const lines = (await get('/audit/logs')) as unknown as { operation_type: string; title: string }[];
    const operations = lines.map(({ operation_type }) => operation_type);
    expect(lines.every(({ title }) => title !== '')).toBe(true);
    expect(operations).toEqual(
      expect.arrayContaining(['PROJECT_CREATED', 'ENV_VAR_UPDATED', 'USER_CREATED']),
    );
  });

  it('announces an authority that is limited to local names, and goes on with its own until devices had time', async () => {
    const { current, next } = await get('/certificates/authorities');
    expect(current.permitted).toBeNull();
    expect(next.permitted).toEqual(expect.arrayContaining(['localhost', 'home.arpa', '192.168.0.0/16']));
    const days = (next.takes_over_at - NEXT_DAY) / (24 * 60 * 60 * 1000);
    expect(days).toBeGreaterThan(140);
    expect(days).toBeLessThan(151);
    expect((await door.request('GET', '/ca-next.pem')).text).toContain('BEGIN CERTIFICATE');
  });

  it('has jobs from now on', async () => {
    const { jobs } = await get('/jobs');
    expect((jobs as { name: string }[]).map(({ name }) => name)).toContain('diagnostics.integrity');
  });
});

function layOut(dataDir: string): void {
  chmodSync(dataDir, 0o700);
  writeFileSync(join(dataDir, 'encryption_key'), `${known.encryptionKey}\n`, { mode: 0o600 });
  const database = new Database(join(dataDir, 'temps.db'));
  database.pragma('foreign_keys = OFF');
  database.exec(readFileSync(join(fixtures, 'release-0.1.0.sql'), 'utf8'));
  database.pragma('journal_mode = WAL');
  database.close();
  chmodSync(join(dataDir, 'temps.db'), 0o600);
}
