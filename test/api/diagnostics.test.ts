import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addPerson } from '../people.ts';
import { ADMIN, describeOverDoors } from './harness.ts';

describeOverDoors('diagnostics', (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);

  it('tell how everything stands, in figures', async () => {
    await send('POST', '/projects', {
      name: 'shop',
      secret: 'guess',
      environment_variables: [['A_TOKEN', 'x']],
    });
    const { body } = await send('GET', '/diagnostics');
    expect(body).toMatchObject({
      made_at: door().clock.now(),
      versions: { node: process.versions.node, electron: null, platform: process.platform },
      vault: {
        case: 'running',
        custody: 'file',
        health: {
          level: 'at_risk',
          reasons: [
            { code: 'no_separate_copy', level: 'at_risk' },
            { code: 'backup_never', level: 'at_risk' },
          ],
        },
        secrets_by_kind: { env_var: 1 },
        versions: 0,
      },
      database: { rows_by_table: { users: 1, projects: 1, env_vars: 1 } },
    });
    expect(body.versions.app).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
    expect(body.database.schema_version).toBeGreaterThan(1);
    expect(body.data_directory.free_bytes).toBeGreaterThan(0);
    const key = body.data_directory.files.find(({ name }: { name: string }) => name === 'encryption_key');
    expect(key).toEqual({ name: 'encryption_key', size_bytes: 65, mode: '0600' });
    expect(body.operations[0]).toEqual({
      at: expect.any(Number),
      operation: 'PROJECT_CREATED',
      actor_kind: 'owner',
    });
    for (let at = 0; at < 60; at++) await send('PUT', '/settings', { session_days: 7 });
    expect((await send('GET', '/diagnostics')).body.operations).toHaveLength(50);
  });

  it('hold no value, key, hash, address or name that a person gave', async () => {
    const cookie = await door().signIn(ADMIN.email, ADMIN.password);
    const { api_key } = (await send('POST', '/api-keys', { name: 'canary-key-name', role_type: 'admin' }))
      .body;
    await send('POST', '/users', {
      email: 'canary@example.org',
      name: 'canary-person',
      password: 'canary password canary',
    });
    for (const is_secret of [true, false]) {
      await send('POST', '/projects/shop/env-vars', {
        key: is_secret ? 'CANARY_S' : 'CANARY_P',
        value: 'canary-value',
        is_secret,
      });
    }
    await door().request('POST', '/auth/login', {
      email: 'canary@example.org',
      password: 'wrong wrong wrong',
    });
    await door().request('GET', '/projects', undefined, { token: api_key });
    // Everything else that a person names.
    await send('PUT', '/settings', { instance_name: 'canary-instance' });
    const { slug } = (await send('POST', '/projects', { name: 'canary project', main_branch: 'canary-main' }))
      .body;
    await send('POST', `/projects/${slug}/environments`, { name: 'canary stage', branch: 'canary-branch' });
    await send('POST', '/shared-variables', { key: 'CANARY_SHARED', value: 'canary-shared' });
    await send('POST', `/projects/${slug}/deployment-tokens`, { name: 'canary token' });
    const folder = join(door().dataDir, '..', `canary-folder-${process.pid}-${Date.now()}`);
    mkdirSync(folder);
    const destination = { kind: 'folder', name: 'canary destination', path: folder };
    const { id } = (await send('POST', '/backups/destinations', destination)).body;
    const schedule = { name: 'canary schedule', s3_source_id: id, schedule_expression: '0 3 * * *' };
    expect((await send('POST', '/backups/schedules', schedule)).status).toBe(201);
    await send('POST', `/backups/destinations/${id}/run`);
    await send('POST', '/vault/key/copies', { format: 'words', place: 'canary drawer' });
    await send('DELETE', `/projects/${slug}`);
    rmSync(folder, { recursive: true });
    writeFileSync(join(door().dataDir, 'canary@example.org.age'), 'canary');
    const text = (await door().request('GET', '/diagnostics', undefined, cookie)).text;
    expect(text).toContain('"name":null,"size_bytes":6');
    const key = readFileSync(join(door().dataDir, 'encryption_key'), 'utf8').trim();
    const bytes = Buffer.from(key, 'hex');
    const quote = (literal: string) => literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    // Not as a piece of hex: digits of a fingerprint may spell a short name.
    for (const forbidden of [
      'canary',
      ADMIN.email,
      ADMIN.name,
      'example.org',
      api_key,
      api_key.slice(0, 15),
      cookie.cookie?.split('=')[1] ?? 'no cookie',
      key,
      bytes.toString('base64'),
      '$2b$',
      door().dataDir,
      '127.0.0.1',
    ])
      expect(text).not.toMatch(new RegExp(`(?<![0-9A-F])${quote(forbidden)}(?![0-9A-F])`, 'i'));
  });

  it('are had when the vault is locked: then most of all', async () => {
    await send('POST', '/vault/lock');
    expect((await send('GET', '/diagnostics')).body.vault).toMatchObject({
      case: 'locked_by_owner',
      health: { level: 'broken' },
    });
    await send('POST', '/vault/unlock', { method: 'custody' });
  });

  it('are for administrators and the owner', async () => {
    for (const role of ['user', 'reader']) {
      const email = `${role}@example.org`;
      await addPerson(send, { email, password: 'a long enough password', role });
      const who = await door().signIn(email, 'a long enough password');
      expect((await door().request('GET', '/diagnostics', undefined, who)).status, role).toBe(403);
    }
    expect((await door().request('GET', '/diagnostics', undefined, door().wrongSession)).status).toBe(401);
  });
});
