import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import { unusualReadsShape, variableReadsShape } from '../../electron/instance/projects/reads/read-shapes.ts';
import { BULK_VARIABLES } from '../../electron/instance/projects/reads/unusual-reads.ts';
import { ADMIN, openDoor, type TestDoor, type Who } from '../api/harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Would end a tag or an attribute, be resolved, or lead elsewhere. */
const ODD = `<img src=x onerror=alert(1)> "'&#x3c; ${'${{shared.X}}'} ../../%2e`;

interface Read {
  kind: string;
  name: string;
  how: string;
  count: number;
  together: number;
}

describe('who read a secret', () => {
  let door: TestDoor & { stop(): Promise<void> };
  const ids = new Map<string, number>();
  const reads = async (key: string): Promise<Read[]> => {
    const { body } = await door.owner('GET', `/secret-reads/variables/${ids.get(key)}`);
    expect(variableReadsShape.parse(body)).toEqual(body);
    return body.reads;
  };
  const readBy = async (key: string, name: string) =>
    (await reads(key)).filter((read) => read.name === name).map(({ how }) => how);
  const unusual = async (): Promise<{ id: number; name: string; rule: string; variables: number }[]> => {
    const { body } = await door.owner('GET', '/secret-reads/unusual');
    expect(unusualReadsShape.parse(body)).toEqual(body);
    return body.unusual;
  };
  const makeKey = async (name: string, role = 'admin'): Promise<Who> => {
    const { body } = await door.owner('POST', '/api-keys', { name, role_type: role });
    return { token: body.api_key };
  };
  const as = (who: Who) => (method: string, path: string, body?: unknown) =>
    door.request(method, path, body, who);
  const envFile = (text: string) => Buffer.from(text).toString('base64');

  beforeAll(async () => {
    door = await openDoor('https');
    await door.owner('POST', '/projects', { name: 'shop' });
    const add = async (path: string, key: string, value: string, isSecret = true) => {
      const { body } = await door.owner('POST', path, { key, value, is_secret: isSecret });
      ids.set(key, body.id);
    };
    await add('/shared-variables', 'SHARED', 'canary-shared');
    await add('/shared-variables', 'OTHER', 'canary-other');
    await add('/projects/shop/env-vars', 'TOKEN', 'canary-token');
    await add('/projects/shop/env-vars', 'PLAIN', '3000', false);
    await add('/projects/shop/env-vars', 'URL', `x-${'${{shared.SHARED}}'}`, false);
  });
  afterAll(() => door.stop());

  it.each<[string, string, string, object?]>([
    ['revealed', 'GET', '/projects/shop/env-vars/TOKEN/value'],
    ['revealed', 'HEAD', '/projects/shop/env-vars/TOKEN/value'],
    ['exported', 'GET', '/projects/shop/variables/export'],
    ['run', 'GET', '/projects/shop/variables/resolved'],
    ['run', 'GET', '/projects/shop/variables/resolved?skip_unreadable=true'],
    [
      'compared',
      'POST',
      '/projects/shop/variables/import',
      { content_base64: envFile('TOKEN=canary-token\n'), dry_run: true },
    ],
    [
      'compared',
      'POST',
      '/projects/shop/variables/import',
      { content_base64: envFile('TOKEN=another\n'), dry_run: true, only: ['TOKEN'] },
    ],
  ])('is kept where it is %s, by %s %s', async (how, method, path, body) => {
    const name = `${how} ${crypto.randomUUID()}`;
    const answer = await as(await makeKey(name))(method, path, body);
    expect(answer.status).toBe(200);
    expect(await readBy('TOKEN', `api key ${name}`)).toEqual([how]);
    expect(await reads('OTHER')).toEqual([]);
    expect(await reads('PLAIN')).toEqual([]);
  });

  it('is kept of a shared secret that only a reference pulls in', async () => {
    const { body } = await door.owner('POST', '/projects/shop/deployment-tokens', {
      name: 'web',
      permissions: ['environments:reveal'],
    });
    const answer = await as({ token: body.token })('GET', '/projects/shop/variables/resolved');
    expect(answer.text).toContain('x-canary-shared');
    expect(await readBy('SHARED', 'deployment token web')).toEqual(['run']);
    expect(await reads('OTHER')).toEqual([]);
  });

  it('is nothing where no value is given: lists, search, history, uses, an import by the blind', async () => {
    const call = as(await makeKey('looker'));
    const id = ids.get('TOKEN');
    const paths = ['env-vars', `env-vars/${id}/history`, `env-vars/${id}/used-by`];
    const answers = [
      ...(await Promise.all(paths.map((path) => call('GET', `/projects/shop/${path}`)))),
      await call('GET', '/search?q=canary'),
      await call('GET', '/vault/secrets'),
    ];
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      expect(text).not.toContain('canary-token');
    }
    const { body } = await door.owner('POST', '/api-keys', {
      name: 'blind',
      role_type: 'custom',
      permissions: ['environments:write', 'environments:read', 'projects:read'],
    });
    const imported = await as({ token: body.api_key })('POST', '/projects/shop/variables/import', {
      content_base64: envFile('TOKEN=canary-token\n'),
      dry_run: true,
    });
    expect(imported.body).toMatchObject({ changed: [{ key: 'TOKEN' }], unchanged: [] });
    const names = (await reads('TOKEN')).map(({ name }) => name);
    expect(names).not.toContain('api key looker');
    expect(names).not.toContain('api key blind');
  });

  it('keeps the name of a key that was deleted, as text whatever is in it', async () => {
    const who = await makeKey(ODD);
    await as(who)('GET', '/projects/shop/env-vars/TOKEN/value');
    const { body } = await door.owner('GET', '/api-keys');
    const known = body.api_keys.find(({ name }: { name: string }) => name === ODD);
    await door.owner('DELETE', `/api-keys/${known.id}`);
    expect(await readBy('TOKEN', `api key ${ODD}`)).toEqual(['revealed']);
    expect((await unusual())[0]).toMatchObject({ name: `api key ${ODD}`, rule: 'new_key', variables: 1 });
  });

  it('is for those who may see activity, and goes to nobody else', async () => {
    const reader = as(await makeKey('reader', 'reader'));
    const user = as(await makeKey('user', 'user'));
    const paths = [`/secret-reads/variables/${ids.get('TOKEN')}`, '/secret-reads/unusual'];
    for (const path of paths)
      for (const call of [reader, user]) expect((await call('GET', path)).body.error_code).toBe('forbidden');
    expect((await door.owner('GET', '/secret-reads/variables/999999')).status).toBe(404);
    const bad = await door.owner('GET', `/secret-reads/variables/${ids.get('TOKEN')}?before=1%20OR%201`);
    expect(bad.status).toBe(400);
  });

  it('is dismissed by a person who confirmed, and by no key, least of all its own', async () => {
    const who = await makeKey('thief');
    await as(who)('GET', '/projects/shop/env-vars/TOKEN/value');
    const notice = (await unusual()).find(({ name }) => name === 'api key thief');
    const path = `/secret-reads/unusual/${notice?.id}/dismiss`;
    expect((await as(who)('POST', path)).body.error_code).toBe('confirmation_required');
    const person = as(await door.signIn(ADMIN.email, ADMIN.password));
    door.clock.advance(6 * 60_000);
    expect((await person('POST', path)).body.error_code).toBe('confirmation_required');
    await person('POST', '/auth/confirm', { password: ADMIN.password });
    expect((await person('POST', path)).status).toBe(204);
    expect((await person('POST', path)).status).toBe(404);
    expect((await unusual()).map(({ name }) => name)).not.toContain('api key thief');
    const [line] = (await door.owner('GET', '/audit/logs?operation_type=UNUSUAL_READ_DISMISSED')).body;
    expect(line).toMatchObject({ actor: ADMIN.email, data: { id: notice?.id, reader: 'API key thief' } });
  });

  it('is unusual when an old key first reads many, by whichever way, and not when the command line does', async () => {
    await door.owner('POST', '/projects', { name: 'big' });
    const text = Array.from({ length: BULK_VARIABLES }, (_, at) => `S${at}=secret-${at}`).join('\n');
    await door.owner('POST', '/projects/big/variables/import', {
      content_base64: envFile(text),
      secret: 'all',
    });
    const keys = [await makeKey('old exporter'), await makeKey('old runner')];
    door.clock.advance(2 * DAY_MS);
    for (const { id } of await unusual()) await door.owner('POST', `/secret-reads/unusual/${id}/dismiss`);
    const commandLine = createOwner('socket', door.clock.now());
    for (const path of ['export', 'resolved'])
      await door.instance.fetch(
        new Request(`http://localhost/api/projects/big/variables/${path}`),
        commandLine,
      );
    expect(await unusual()).toEqual([]);
    for (const [at, path] of ['export', 'resolved'].entries())
      await as(keys[at] as Who)('GET', `/projects/big/variables/${path}`);
    expect((await unusual()).map(({ name, rule, variables }) => [name, rule, variables])).toEqual([
      ['api key old runner', 'bulk', BULK_VARIABLES],
      ['api key old exporter', 'bulk', BULK_VARIABLES],
    ]);
  });
});
