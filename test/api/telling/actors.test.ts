import { expect, it } from 'vitest';
import { addPerson } from '../../people.ts';
import { ADMIN, describeOverDoors } from '../harness.ts';

interface Line {
  operation_type: string;
  actor: string;
  by: {
    kind: string;
    who: string;
    name: string;
    email: string | null;
    person: string | null;
    is_deleted: boolean;
  };
  data: { name?: string } | null;
  sentence: { text: string }[];
}

const PASSWORD = 'a long enough password';

describeOverDoors('who did something', (door) => {
  const send = (method: string, path: string, body?: unknown) => {
    door().clock.advance(1000);
    return door().owner(method, path, body);
  };
  const list = async (query = '') => (await send('GET', `/audit/logs${query}`)).body as Line[];
  const newest = async (operation: string) => (await list(`?operation_type=${operation}&limit=1`))[0];
  const add = async (email: string, name: string) =>
    (await addPerson(send, { email, name, password: PASSWORD })).body.user.id as number;

  it('is named as they are now, also by an address they had before, and never as who has it now', async () => {
    const id = await add('ben@example.org', 'Ben');
    const ben = await door().signIn('ben@example.org', PASSWORD);
    const project = (await door().request('POST', '/projects', { name: 'shop' }, ben)).body.id as number;
    const value = { key: 'A', value: 'one', environment_ids: undefined };
    const variable = (await door().request('POST', `/projects/${project}/env-vars`, value, ben)).body;
    expect(variable.changed_by_actor).toMatchObject({ kind: 'user', name: 'Ben', email: 'ben@example.org' });
    expect((await newest('SIGNED_IN'))?.by).toMatchObject({ who: `user ${id}`, name: 'Ben' });

    await send('PATCH', `/users/${id}`, { email: 'benno@example.org', name: 'Benno Okafor' });
    door().clock.advance(1000);
    const other = await add('ben@example.org', 'Ben the Second');
    const history = (await send('GET', `/projects/${project}/env-vars/${variable.id}/history`)).body.versions;
    expect(history[0].changed_by).toBe('ben@example.org');
    expect(history[0].changed_by_actor).toMatchObject({ name: 'Benno Okafor', email: 'benno@example.org' });
    expect((await newest('PROJECT_CREATED'))?.by).toMatchObject({ who: `user ${id}`, name: 'Benno Okafor' });
    const listed = (await send('GET', `/projects/${project}/env-vars`)).body;
    expect(listed[0].changed_by_actor.name).toBe('Benno Okafor');

    const second = await door().signIn('ben@example.org', PASSWORD);
    await door().request('PUT', `/projects/${project}/env-vars/${variable.id}`, { value: 'two' }, second);
    const both = (await send('GET', `/projects/${project}/env-vars/${variable.id}/history`)).body.versions;
    expect(
      both.map(({ changed_by_actor }: { changed_by_actor: Line['by'] }) => changed_by_actor.name),
    ).toEqual(['Ben the Second', 'Benno Okafor']);

    // Everything of one person is found by who they are, and their sign-ins with it.
    const mine = await list(`?who=user%20${id}`);
    expect(mine.map(({ operation_type }) => operation_type)).toEqual(
      expect.arrayContaining(['SIGNED_IN', 'PROJECT_CREATED', 'ENV_VAR_CREATED']),
    );
    expect(new Set(mine.map(({ by }) => by.who))).toEqual(new Set([`user ${id}`]));

    await send('DELETE', `/users/${id}`);
    expect((await newest('PROJECT_CREATED'))?.by).toMatchObject({ name: 'Benno Okafor', is_deleted: true });
    expect((await newest('USER_DELETED'))?.sentence.map(({ text }) => text).join('')).toContain(
      'Benno Okafor (deleted)',
    );
    expect((await send('GET', '/audit/actors')).body.actors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ who: `user ${id}`, is_deleted: true }),
        expect.objectContaining({ who: `user ${other}`, name: 'Ben the Second', is_deleted: false }),
      ]),
    );
    await send('DELETE', `/users/${other}`);
  });

  it('is a key with its person, by its name of now, and marked once it was deleted', async () => {
    const admin = await door().signIn(ADMIN.email, ADMIN.password);
    const made = (await door().request('POST', '/api-keys', { name: 'nightly', role_type: 'user' }, admin))
      .body;
    const bearer = { token: made.api_key };
    await door().request('POST', '/projects', { name: 'by a key' }, bearer);
    door().clock.advance(1000);
    await door().request('PUT', `/api-keys/${made.id}`, { name: 'weekly' }, admin);
    const by = { kind: 'key', who: `key ${made.id}`, name: 'API key weekly', is_deleted: false };
    const { name } = ADMIN;
    expect((await newest('PROJECT_CREATED'))?.by).toMatchObject({ ...by, person: name });
    door().clock.advance(1000);
    // Another one with the name that it had is not taken for it.
    const other = (await door().request('POST', '/api-keys', { name: 'nightly', role_type: 'user' }, admin))
      .body;
    expect((await newest('PROJECT_CREATED'))?.by.who).toBe(`key ${made.id}`);
    const found = await list(`?who=key%20${made.id}`);
    expect(found.map(({ data }) => data?.name)).toContain('by a key');
    expect(await list(`?who=key%20${other.id}`)).toEqual([]);
    await door().request('DELETE', `/api-keys/${made.id}`, undefined, admin);
    expect((await newest('PROJECT_CREATED'))?.by).toMatchObject({ ...by, person: name, is_deleted: true });
  });

  it('is the owner of this machine, and the instance where nobody did it', async () => {
    await send('POST', '/projects', { name: 'owned' });
    expect((await newest('PROJECT_CREATED'))?.by).toMatchObject({
      who: 'owner',
      name: 'Owner of this machine',
    });
    expect((await newest('INSTANCE_STARTED'))?.by).toMatchObject({ who: 'instance', name: 'The instance' });
    const owned = await list('?who=owner&limit=1000');
    expect(new Set(owned.map(({ by }) => by.who))).toEqual(new Set(['owner']));
    const ofInstance = await list('?who=instance&limit=1000');
    expect(new Set(ofInstance.map(({ by }) => by.who))).toEqual(new Set(['instance']));
    // A sign-in that was refused is no act of the person whose address was given.
    await door().request('POST', '/auth/login', { email: ADMIN.email, password: 'not it, not at all' });
    expect((await newest('SIGN_IN_FAILED'))?.by.who).toBe('instance');
    expect((await send('GET', '/audit/logs?who=user%20x')).status).toBe(400);
    expect((await send('GET', '/audit/logs?who=key%201%20OR%201')).status).toBe(400);
  });
});
