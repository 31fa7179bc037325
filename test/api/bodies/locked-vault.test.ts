import { expect, it } from 'vitest';
import { ADMIN, describeOverDoors } from '../harness.ts';

describeOverDoors('a locked vault', (door) => {
  it('is said as such by every route that needs the key, and to every kind of caller', async () => {
    const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
    await send('POST', '/projects', { name: 'shop' });
    const path = '/projects/shop';
    const variable = (key: string, is_secret: boolean) =>
      send('POST', `${path}/env-vars`, { key, value: 'x', is_secret });
    const secret = (await variable('SECRET', true)).body.id;
    const plain = (await variable('PLAIN', false)).body.id;
    const { api_key } = (await send('POST', '/api-keys', { name: 'ci', role_type: 'admin' })).body;
    const { token } = (await send('POST', `${path}/deployment-tokens`, { name: 'runner' })).body;
    const ada = await door().signIn(ADMIN.email, ADMIN.password);
    await send('POST', '/vault/lock');
    const content_base64 = Buffer.from('NEW_SECRET=x').toString('base64');
    const bucket = {
      name: 'Offsite',
      bucket_name: 'backups',
      bucket_path: '',
      region: 'eu-central-1',
      access_key_id: 'AKIDEXAMPLE',
      secret_key: 'wJalrXUtnFEMI',
      endpoint: 'https://127.0.0.1:1',
    };
    for (const [method, route, body] of [
      ['POST', `${path}/env-vars`, { key: 'NEW', value: 'x', is_secret: true }],
      ['POST', `${path}/env-vars`, { key: 'NEW_TOKEN', value: 'x', is_secret: 'guess' }],
      ['POST', '/shared-variables', { key: 'NEW', value: 'x', is_secret: true }],
      ['PUT', `${path}/env-vars/${secret}`, { value: 'y' }],
      ['PUT', `${path}/env-vars/${plain}`, { is_secret: true }],
      ['POST', `${path}/env-vars/${secret}/revert`, { version: 1 }],
      ['GET', `${path}/env-vars/SECRET/value`],
      ['GET', `${path}/variables/resolved`],
      ['GET', `${path}/variables/export`],
      ['POST', `${path}/variables/import`, { content_base64, secret: 'all' }],
      ['POST', '/plain-secrets/encrypt', { ids: [plain] }],
      ['POST', '/api-keys', { name: 'new', role_type: 'admin' }],
      ['POST', `${path}/deployment-tokens`, { name: 'new' }],
      ['POST', '/backups/s3-sources', bucket],
      ['POST', '/vault/key/copies', { format: 'words', place: 'desk' }],
    ] as const) {
      const { status, body: said } = await send(method, route, body);
      expect([status, said?.error_code], `${method} ${route}`).toEqual([423, 'vault_locked']);
    }
    for (const who of [{ token: api_key }, { token }]) {
      const { status, body: said } = await door().request('GET', path, undefined, who);
      expect([status, said.error_code]).toEqual([423, 'vault_locked']);
    }
    const setup = await door().request('POST', '/users/me/mfa/setup', undefined, ada);
    expect([setup.status, setup.body.error_code]).toEqual([423, 'vault_locked']);
    // What needs no key goes on.
    expect((await send('GET', `${path}/env-vars/PLAIN/value`)).body.value).toBe('x');
    expect((await send('PUT', `${path}/env-vars/${plain}`, { value: 'z' })).status).toBe(200);
  });
});
