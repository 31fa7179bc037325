import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDoor, type TestDoor, type Who } from '../../api/harness.ts';
import { addPerson } from '../../people.ts';

const APP = '/projects/shop/environments/production/app';

/** Who may deploy gets as far as the engine, which is not there. */
describe('apps', () => {
  let door: TestDoor & { stop(): Promise<void> };
  beforeAll(async () => {
    vi.stubEnv('DOCKER_HOST', 'unix:///nowhere/docker.sock');
    door = await openDoor('https');
    await door.owner('POST', '/projects', { name: 'shop' });
    await door.owner('POST', '/projects', { name: 'other' });
  });
  afterAll(() => door?.stop());

  async function createKey(permissions: string[]): Promise<Who> {
    const created = await door.owner('POST', '/api-keys', {
      name: permissions.join(' ') || 'none',
      role_type: 'custom',
      permissions,
    });
    expect(created.status, created.text).toBe(201);
    return { token: created.body.api_key };
  }
  const deploy = (who: Who) => door.request('POST', `${APP}/deploy`, { image: 'nginx:1' }, who);

  it('are deployed by who may also read the secrets that an image is given, and nobody else', async () => {
    const both = await createKey([
      'projects:read',
      'deployments:read',
      'deployments:write',
      'environments:reveal',
    ]);
    expect(await deploy(both)).toMatchObject({ status: 503, body: { error_code: 'engine_unavailable' } });
    const blind = await createKey(['projects:read', 'deployments:read', 'deployments:write']);
    expect(await deploy(blind)).toMatchObject({ status: 403, body: { error_code: 'forbidden' } });
    const reader = await createKey(['projects:read', 'deployments:read', 'environments:reveal']);
    expect(await deploy(reader)).toMatchObject({ status: 403 });
    // What runs already is stopped and started without them.
    expect((await door.request('POST', `${APP}/stop`, undefined, blind)).body.error_code).toBe('no_app');
    expect((await door.request('POST', `${APP}/stop`, undefined, reader)).status).toBe(403);
    expect((await door.request('POST', `${APP}/deploy`, { image: 'nginx:1' })).status).toBe(401);
  });

  it('are not told of to who may not see them', async () => {
    const none = await createKey(['projects:read']);
    for (const path of [
      '/apps',
      '/apps/engine',
      '/projects/shop/apps',
      '/projects/shop/deployments',
      `${APP}/logs`,
    ])
      expect([path, (await door.request('GET', path, undefined, none)).status]).toEqual([path, 403]);
    const reader = await createKey(['projects:read', 'deployments:read']);
    expect((await door.request('GET', '/apps', undefined, reader)).status).toBe(200);
  });

  it('of other projects are none to who has a role in one', async () => {
    const mia = await addPerson(door.owner, {
      email: 'mia@example.org',
      password: 'correct horse battery',
      role: 'member',
    });
    const who = await door.signIn('mia@example.org', 'correct horse battery');
    expect((await door.request('GET', '/projects/shop/apps', undefined, who)).status).toBe(404);
    const given = await door.owner('PUT', `/projects/other/members/${mia.body.user.id}`, { role: 'editor' });
    expect(given.status, given.text).toBeLessThan(300);
    expect((await door.request('GET', '/projects/other/apps', undefined, who)).body).toMatchObject({
      apps: [],
    });
    expect((await door.request('GET', '/projects/shop/apps', undefined, who)).status).toBe(404);
    expect((await door.request('POST', `${APP}/deploy`, { image: 'nginx:1' }, who)).status).toBe(404);
    expect((await door.request('GET', '/apps', undefined, who)).body.apps).toEqual([]);
  });
});
