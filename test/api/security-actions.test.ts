import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, openDoor, type TestDoor, type Who } from './harness.ts';

/** What takes access away must work when nothing can be written any more: the file of the database is gone. */
describe('with the database gone', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let here: Who;
  beforeEach(async () => {
    door = await openDoor('https');
    here = await door.signIn(ADMIN.email, ADMIN.password);
  });
  afterEach(() => door.stop());
  const loseDatabase = () => {
    for (const end of ['', '-wal', '-shm']) rmSync(join(door.dataDir, `temps.db${end}`), { force: true });
  };

  it('Lock now drops the keys', async () => {
    loseDatabase();
    expect((await door.request('POST', '/vault/lock', {}, here)).status).toBe(204);
    expect(door.instance.status().vault.case).toBe('locked_by_owner');
  });

  it('signing out everywhere ends every other session', async () => {
    const elsewhere = await door.signIn(ADMIN.email, ADMIN.password);
    loseDatabase();
    expect((await door.request('DELETE', '/users/me/sessions', undefined, here)).status).toBe(204);
    expect((await door.request('GET', '/projects', undefined, elsewhere)).status).toBe(401);
    expect((await door.request('GET', '/projects', undefined, here)).status).toBe(200);
  });

  it('ending one session, and signing out, end it', async () => {
    const elsewhere = await door.signIn(ADMIN.email, ADMIN.password);
    const { body } = await door.request('GET', '/users/me/sessions', undefined, here);
    const other = (body.sessions as { id: number; current: boolean }[]).find(({ current }) => !current);
    loseDatabase();
    expect((await door.request('DELETE', `/users/me/sessions/${other?.id}`, undefined, here)).status).toBe(
      204,
    );
    expect((await door.request('GET', '/projects', undefined, elsewhere)).status).toBe(401);
    expect((await door.request('POST', '/logout', {}, here)).status).toBe(200);
    expect((await door.request('GET', '/projects', undefined, here)).status).toBe(401);
  });

  it.each([
    'deactivate',
    'delete',
  ] as const)('an API key stops working when it is told to (%s)', async (how) => {
    const created = await door.request('POST', '/api-keys', { name: 'ci', role_type: 'reader' }, here);
    const key = { token: created.body.api_key as string };
    expect((await door.request('GET', '/projects', undefined, key)).status).toBe(200);
    loseDatabase();
    const answer =
      how === 'delete'
        ? await door.request('DELETE', `/api-keys/${created.body.id}`, undefined, here)
        : await door.request('POST', `/api-keys/${created.body.id}/deactivate`, {}, here);
    expect(answer.status).toBe(how === 'delete' ? 204 : 200);
    expect((await door.request('GET', '/projects', undefined, key)).body.error_code).toBe('key_revoked');
  });

  it('a deployment token stops working when it is deleted', async () => {
    const project = await door.request('POST', '/projects', { name: 'shop' }, here);
    const path = `/projects/${project.body.id}/deployment-tokens`;
    const created = await door.request('POST', path, { name: 'deploy' }, here);
    const token = { token: created.body.token as string };
    expect((await door.request('GET', '/projects', undefined, token)).status).toBe(200);
    loseDatabase();
    expect((await door.request('DELETE', `${path}/${created.body.id}`, undefined, here)).status).toBe(204);
    expect((await door.request('GET', '/projects', undefined, token)).body.error_code).toBe('key_revoked');
  });

  it('what is no such action is refused as before', async () => {
    loseDatabase();
    const answer = await door.request('POST', '/projects', { name: 'shop' }, here);
    expect(answer.body.error_code).toBe('database_gone');
    expect((await door.request('DELETE', '/api-keys/999', undefined, here)).status).toBe(404);
  });
});
