import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listEnvironments } from '../../electron/instance/projects/environments.ts';
import { createProject } from '../../electron/instance/projects/projects.ts';
import { changeVariable, insertVariable } from '../../electron/instance/projects/variables/variable-rows.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { ADMIN, CREDENTIALS, openDoor, type TestDoor } from '../api/harness.ts';
import { openTestContext } from '../context.ts';
import { until } from '../keyring.ts';
import { requires } from '../requires.ts';

let door: TestDoor & { stop(): Promise<void> };
const onLinux = requires('a listing of open files', process.platform === 'linux', 'needs /proc');

async function send(method: string, path: string, body?: unknown) {
  const answer = await door.owner(method, path, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.text}`);
  return answer.body;
}

/** Which of these are in the database, its log or its index of that: as bytes, wherever they lie. */
function listFound(wanted: readonly string[]): string[] {
  const files = readdirSync(door.dataDir).filter((name) => name.startsWith('temps.db'));
  expect(files.length).toBeGreaterThan(1);
  const contents = files.map((name) => readFileSync(join(door.dataDir, name)));
  return wanted.filter((text) => contents.some((bytes) => bytes.includes(text)));
}

const canary = (name: string) => `canary-${name}-${crypto.randomUUID()}`;

const addVariable = (project: string, key: string, value: string, environments?: number[]) =>
  send('POST', `/projects/${project}/env-vars`, {
    key,
    value,
    is_secret: false,
    ...(environments ? { environment_ids: environments } : {}),
  });

/** Until then it can be restored. */
async function emptyTrash(): Promise<void> {
  const entries = await send('GET', '/trash');
  expect(entries.length).toBeGreaterThan(0);
  for (const { id } of entries) await send('DELETE', `/trash/${id}`);
}

describe('what is deleted for good, replaced or made a secret', () => {
  beforeEach(async () => {
    door = await openDoor('https');
  });
  afterEach(() => door.stop());

  it('is in none of the files of the database soon after', async () => {
    const stale = {
      deleted: canary('deleted'),
      madeSecret: canary('made-secret'),
      // On pages of its own.
      large: canary('large'),
      environment: canary('environment'),
      ofEnvironment: canary('of-environment'),
      project: canary('project'),
      ofProject: canary('of-project'),
      browser: canary('browser'),
      name: canary('name'),
    };
    const kept = canary('kept');
    await send('POST', '/projects', { name: 'shop' });
    await addVariable('shop', 'KEPT', kept);
    const deleted = await addVariable('shop', 'DELETED', stale.deleted);
    const madeSecret = await addVariable('shop', 'MADE_SECRET', stale.madeSecret);
    const large = await addVariable('shop', 'LARGE', `${stale.large}${'x'.repeat(20_000)}`);
    const staging = await send('POST', '/projects/shop/environments', { name: 'staging' });
    await send('PUT', `/projects/shop/environments/${staging.id}/settings`, {
      deployment_config: { security: { headers: { referrerPolicy: stale.environment } } },
    });
    await addVariable('shop', 'OF_STAGING', stale.ofEnvironment, [staging.id]);
    await send('POST', '/projects', { name: 'gone', main_branch: stale.project });
    await addVariable('gone', 'OF_GONE', stale.ofProject);
    const userAgent = { headers: { 'user-agent': stale.browser } };
    const signedIn = await door.request('POST', '/auth/login', CREDENTIALS, userAgent);
    const cookie = { cookie: String(signedIn.headers['set-cookie']).split(';')[0] ?? '' };
    const { id } = (await door.request('GET', '/user/me', undefined, cookie)).body;
    await send('PATCH', `/users/${id}`, { name: stale.name });
    const database = new Database(join(door.dataDir, 'temps.db'), { readonly: true });
    const hash = database.prepare('SELECT password_hash FROM users').pluck().get() as string;
    database.close();
    const all = [...Object.values(stale), hash];
    // The control: all of it is there, so that the search finds it.
    expect(listFound([...all, kept])).toEqual([...all, kept]);

    await send('DELETE', `/projects/shop/env-vars/${deleted.id}`);
    await send('PUT', `/projects/shop/env-vars/${madeSecret.id}`, { is_secret: true });
    await send('DELETE', `/projects/shop/env-vars/${large.id}`);
    await send('DELETE', `/projects/shop/environments/${staging.id}`);
    await send('DELETE', '/projects/gone');
    await emptyTrash();
    await send('PATCH', `/users/${id}`, { name: 'Ada' });
    // Ends her sessions, too.
    await send('POST', '/users/reset-password', { email: ADMIN.email, password: 'another long password' });
    await until(() => listFound(all).length === 0).catch(() => expect(listFound(all)).toEqual([]));
    expect(listFound([kept])).toEqual([kept]);
  });

  it('is in none of them while others are writing without pause', async () => {
    const stale = canary('deleted');
    await send('POST', '/projects', { name: 'shop' });
    const { id } = await addVariable('shop', 'DELETED', stale);
    expect(listFound([stale])).toEqual([stale]);
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    await emptyTrash();
    // More often than the log is emptied, and far fewer than its thousand pages, after which SQLite begins it again.
    for (let writes = 0; writes < 40 && listFound([stale]).length > 0; writes++) {
      await addVariable('shop', `OTHER_${writes}`, 'a value');
      await sleep(100);
    }
    expect(listFound([stale])).toEqual([]);
  });
});

/** Files that this process has open and that have no name any more, as SQLite's temporary ones. */
function readUnnamedFiles(): Buffer[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith(' (deleted)')
        ? [readFileSync(`/proc/self/fd/${fd}`)]
        : [];
    } catch {
      // Closed meanwhile, or nothing that can be read.
      return [];
    }
  });
}

onLinux('a value that is made a secret comes into no temporary file on the way', () => {
  const { ctx, close } = openTestContext();
  try {
    const { id: projectId } = createProject(ctx, null, { name: 'shop' });
    const environmentIds = listEnvironments(ctx, projectId).map(({ id }) => id);
    const stale = canary('large');
    // More than SQLite keeps in memory of what it may have to undo.
    const value = new SecretText(stale + 'x'.repeat(400_000));
    const fields = { key: 'LARGE', value, isSecret: false, environmentIds, includeInPreview: false };
    const id = insertVariable(ctx, projectId, fields, 'test');
    ctx.store.transaction(() => {
      changeVariable(ctx, projectId, id, { isSecret: true }, 'test');
      expect(readUnnamedFiles().some((bytes) => bytes.includes(stale))).toBe(false);
    });
  } finally {
    close();
  }
});
