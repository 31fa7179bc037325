import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { askOwner } from '../../ask-owner.ts';
import { quick } from '../../work-factor.ts';

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
  const renamed = await send('POST', `/shared-variables/${shared.body.id}/rename`, {
    key: 'PLACE',
    references: 'change',
  });
  expect(renamed.body.changed.map(({ key }: { key: string }) => key)).toEqual(['LINK', 'S']);
  const { variables } = (await send('GET', '/projects/shop/variables/resolved')).body;
  expect(variables).toContainEqual({ key: 'S', value: 'one', is_secret: true });
});
