import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { askOwner } from '../../ask-owner.ts';
import { quick } from '../../work-factor.ts';
import { describeOverDoors } from '../harness.ts';

let dataDir: string;
let instance: Instance;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-rename-'));
  instance = await openInstance({ dataDir, env: {}, ...quick });
  await send('POST', '/projects', { name: 'shop' });
});
afterAll(async () => {
  await instance.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const send = (method: string, path: string, body?: object) => askOwner(instance, method, path, body);

it('renames nothing where a reference would break in another environment', async () => {
  const staging = (await send('POST', '/projects/shop/environments', { name: 'staging' })).body.id;
  const [production] = (await send('GET', '/projects/shop/environments')).body;
  const add = async (key: string, value: string, environments: number[]) =>
    (
      await send('POST', '/projects/shop/env-vars', {
        ...{ key, value, is_secret: false, environment_ids: environments, allow_unresolved: true },
      })
    ).body.id;
  const host = await add('HOST', 'here', [production.id]);
  await add('HOST', 'there', [staging]);
  const url = await add('URL', `\${{HOST}}`, [production.id, staging]);
  const refused = await send('POST', `/projects/shop/env-vars/${host}/rename`, {
    key: 'DB',
    references: 'change',
  });
  expect(refused).toMatchObject({ status: 422, body: { error_code: 'reference_missing' } });
  const named = await send('POST', `/projects/shop/env-vars/${host}/rename`, { key: 'DB' });
  expect(named).toMatchObject({ status: 409, body: { details: { used_by: [{ id: url, key: 'URL' }] } } });
  const list = (await send('GET', '/projects/shop/env-vars')).body;
  expect(list.map(({ key, value }: { key: string; value: string }) => [key, value]).sort()).toEqual([
    ['HOST', 'here'],
    ['HOST', 'there'],
    ['URL', `\${{HOST}}`],
  ]);
});

it('changes references to a shared variable in every project', async () => {
  const shared = await send('POST', '/shared-variables', { key: 'HOST', value: 'one', is_secret: false });
  await send('POST', '/shared-variables', { key: 'LINK', value: `x/\${{HOST}}`, is_secret: false });
  await send('POST', '/projects/shop/env-vars', { key: 'S', value: `\${{shared.HOST}}`, is_secret: true });
  const told: string[] = [];
  const stop = instance.events.on('changed', ({ resource }) => told.push(resource));
  const renamed = await send('POST', `/shared-variables/${shared.body.id}/rename`, {
    key: 'PLACE',
    references: 'change',
  });
  stop();
  // Pages that show either read it again.
  expect(told.toSorted()).toEqual(['projects', 'shared-variables']);
  expect(renamed.body.changed.map(({ key }: { key: string }) => key)).toEqual(['LINK', 'S']);
  const { variables } = (await send('GET', '/projects/shop/variables/resolved')).body;
  expect(variables).toContainEqual({ key: 'S', value: 'one', is_secret: true });
});

it('renames with a new value and kind in one step, or does nothing of it', async () => {
  const add = async (key: string, value: string, is_secret = false) =>
    (await send('POST', '/projects/shop/env-vars', { key, value, is_secret, allow_unresolved: true })).body
      .id;
  const id = await add('OLD', 'one');
  await add('USES', `\${{OLD}}/x`);
  await add('HIDES', `\${{OLD}}`, true);
  const put = (body: object) => send('PUT', `/projects/shop/env-vars/${id}`, body);
  const read = async () => {
    const { variables } = (await send('GET', '/projects/shop/variables/resolved')).body;
    return Object.fromEntries(variables.map(({ key, value }: Record<string, string>) => [key, value]));
  };
  // The value is refused, and so the name.
  const refused = await put({ key: 'NEW', value: `\${{NOWHERE}}`, references: 'change' });
  expect(refused).toMatchObject({ status: 422, body: { error_code: 'reference_missing' } });
  const taken = await put({ key: 'USES', value: 'two', references: 'change' });
  expect(taken).toMatchObject({ status: 409, body: { error_code: 'name_taken' } });
  // It would refer to itself under the new name.
  const loop = await add('LOOP', `\${{NEW}}`);
  expect(await put({ key: 'NEW', value: `\${{LOOP}}`, references: 'change' })).toMatchObject({
    body: { error_code: 'reference_cycle' },
  });
  await send('DELETE', `/projects/shop/env-vars/${loop}`);
  expect(await read()).toMatchObject({ OLD: 'one', USES: 'one/x', HIDES: 'one' });
  const renamed = await put({ key: 'NEW', value: 'two', is_secret: true, references: 'change' });
  expect(renamed).toMatchObject({ status: 200, body: { id, key: 'NEW', is_secret: true, value: null } });
  expect(await read()).toMatchObject({ NEW: 'two', USES: 'two/x', HIDES: 'two' });
  // One that was broken before is no reason to leave the others: who says so saves all the same.
  await add('BROKEN', `\${{NEW}} \${{NOWHERE}}`);
  const second = { key: 'SECOND', references: 'change' };
  expect(await put(second)).toMatchObject({ status: 422, body: { error_code: 'reference_missing' } });
  expect((await put({ ...second, allow_unresolved: true })).status).toBe(200);
  const broken = (await send('GET', '/projects/shop/env-vars')).body.find(
    ({ key }: { key: string }) => key === 'BROKEN',
  );
  expect(broken.value).toBe(`\${{SECOND}} \${{NOWHERE}}`);
  // Who wants it may leave them; who says nothing leaves them, as clients of Temps have it.
  expect((await put({ key: 'NEWER', references: 'keep' })).status).toBe(200);
  expect((await put({ key: 'NEWEST' })).status).toBe(200);
  const uses = (await send('GET', '/projects/shop/env-vars')).body.find(
    ({ key }: { key: string }) => key === 'USES',
  );
  expect(uses.value).toBe(`\${{SECOND}}/x`);
});

describeOverDoors('a key that may not read secrets', (door) => {
  it('renames without references to it, or not at all', async () => {
    const owner = (method: string, path: string, body?: object) => door().owner(method, path, body);
    await owner('POST', '/projects', { name: 'shop' });
    const { id } = (await owner('POST', '/projects/shop/env-vars', { key: 'SEEN', value: '1' })).body;
    await owner('POST', '/projects/shop/env-vars', { key: 'HIDES', value: `\${{SEEN}}`, is_secret: true });
    const token = (
      await owner('POST', '/api-keys', {
        name: 'no secrets',
        role_type: 'custom',
        permissions: ['environments:read', 'environments:write'],
      })
    ).body.api_key;
    const put = (body: object) => door().request('PUT', `/projects/shop/env-vars/${id}`, body, { token });
    const refused = await put({ key: 'UNSEEN', references: 'change' });
    expect([refused.status, refused.body.error_code]).toEqual([409, 'conflict']);
    // Counted, not named.
    expect(refused.body.details).toEqual({ used_by: [], used_by_total: 0, unread: 1 });
    expect(refused.text).not.toContain('HIDES');
    expect((await put({ key: 'UNSEEN', references: 'keep' })).body.key).toBe('UNSEEN');
  });
});
