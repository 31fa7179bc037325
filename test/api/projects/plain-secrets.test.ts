import { expect, it } from 'vitest';
import { describeOverDoors } from '../harness.ts';

describeOverDoors('plain variables that look like secrets', (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const list = async () => (await send('GET', '/plain-secrets')).body;
  const add = async (project: string, key: string, value: string, is_secret?: boolean) =>
    (await send('POST', `/projects/${project}/env-vars`, { key, value, is_secret })).body.id as number;

  it('are listed with the reason and without their values, and encrypted as they were shown', async () => {
    await send('POST', '/projects', { name: 'shop' });
    const token = await add('shop', 'STRIPE', 'sk_live_canary0123456789');
    const password = await add('shop', 'DB_PASSWORD', 'canary-of-a-password');
    await add('shop', 'PORT', '3000');
    // Could be anything: in doubt a form would encrypt it, but nobody is asked to.
    await add('shop', 'GREETING', 'Grüße ¶ an alle');
    await add('shop', 'ENCRYPTED_TOKEN', 'canary-encrypted', true);
    const shared = (await send('POST', '/shared-variables', { key: 'SMTP_PASSWORD', value: 'canary-shared' }))
      .body.id;
    const found = await send('GET', '/plain-secrets');
    expect(found.text).not.toContain('canary');
    expect(found.body.has_more).toBe(false);
    expect(found.body.variables).toEqual([
      {
        id: token,
        updated_at: expect.any(Number),
        key: 'STRIPE',
        project: expect.objectContaining({ slug: 'shop' }),
        environments: ['production'],
        because: 'the value has the format of a known token',
      },
      expect.objectContaining({ id: password, key: 'DB_PASSWORD', because: 'the name suggests it' }),
      expect.objectContaining({ id: shared, key: 'SMTP_PASSWORD', project: null, environments: [] }),
    ]);
    const encrypted = await send('POST', '/plain-secrets/encrypt', { ids: [token, token, shared, 999_999] });
    expect([encrypted.status, encrypted.body]).toEqual([200, { encrypted: 2 }]);
    const variables = (await send('GET', '/projects/shop/env-vars')).body;
    expect(variables.find(({ id }: { id: number }) => id === token)).toMatchObject({
      is_secret: true,
      value: null,
    });
    expect((await send('GET', '/projects/shop/env-vars/STRIPE/value')).body.value).toBe(
      'sk_live_canary0123456789',
    );
    const { versions } = (await send('GET', `/projects/shop/env-vars/${token}/history`)).body;
    expect(versions.map(({ value }: { value: unknown }) => value)).toEqual([null]);
    expect((await list()).variables.map(({ id }: { id: number }) => id)).toEqual([password]);
    // Once more is no change, and no error.
    expect((await send('POST', '/plain-secrets/encrypt', { ids: [token] })).body).toEqual({ encrypted: 0 });
  });

  it('are of its own project for a deployment token, and for nobody who may not read', async () => {
    await send('POST', '/projects', { name: 'other' });
    const others = await add('other', 'OTHER_TOKEN', 'canary');
    const { token } = (await send('POST', '/projects/shop/deployment-tokens', { name: 'runner' })).body;
    const seen = await door().request('GET', '/plain-secrets', undefined, { token });
    if (seen.status === 200)
      expect(seen.body.variables.every((each: { id: number }) => each.id !== others)).toBe(true);
    else expect(seen.status).toBe(403);
    const writer = await send('POST', '/api-keys', {
      name: 'blind',
      role_type: 'custom',
      permissions: ['environments:write'],
    });
    const who = { token: writer.body.api_key };
    for (const [method, path, body] of [
      ['GET', '/plain-secrets', undefined],
      ['POST', '/plain-secrets/encrypt', { ids: [others] }],
      ['GET', '/plain-secrets/left', undefined],
      ['POST', '/plain-secrets/leave', { ids: [others] }],
      ['POST', '/plain-secrets/ask-again', { ids: [others] }],
    ] as const)
      expect((await door().request(method, path, body, who)).status, path).toBe(403);
    const nobody = await door().request('GET', '/plain-secrets', undefined, door().wrongSession);
    expect(nobody.status).toBe(401);
    expect((await list()).variables.some(({ id }: { id: number }) => id === others)).toBe(true);
  });

  it('are listed while the vault is locked, and encrypted once it is not', async () => {
    await send('POST', '/vault/lock');
    const [first] = (await list()).variables;
    const refused = await send('POST', '/plain-secrets/encrypt', { ids: [first.id] });
    expect([refused.status, refused.body.error_code]).toEqual([423, 'vault_locked']);
    await send('POST', '/vault/unlock', { method: 'custody' });
    expect((await list()).variables[0]).toEqual(first);
    expect((await send('POST', '/plain-secrets/encrypt', { ids: [first.id] })).body.encrypted).toBe(1);
  });

  it('are left plain on purpose until their value or name changes, and that can be taken back', async () => {
    await send('POST', '/projects', { name: 'tuned' });
    const staging = (await send('POST', '/projects/tuned/environments', { name: 'staging' })).body.id;
    const limit = await add('tuned', 'FIRST_TOKEN', 'a word of it');
    const others = await add('tuned', 'ALSO_TOKEN', 'canary');
    const harmless = await add('tuned', 'PORT', '3000');
    const listed = async () => (await list()).variables.map(({ id }: { id: number }) => id) as number[];
    const left = async () => (await send('GET', '/plain-secrets/left')).body.variables;
    const leave = async (...ids: number[]) => (await send('POST', '/plain-secrets/leave', { ids })).body;
    const change = (body: object) => send('PUT', `/projects/tuned/env-vars/${limit}`, body);
    // What is no plain variable that looks like a secret is left out.
    expect(await leave(limit, limit, harmless, 999_999)).toEqual({ left: 1 });
    expect(await listed()).toEqual(expect.not.arrayContaining([limit]));
    expect(await listed()).toContain(others);
    const told = await send('GET', '/plain-secrets/left');
    expect(told.text).not.toContain('a word of it');
    expect(told.body.variables).toEqual([
      {
        id: limit,
        updated_at: expect.any(Number),
        key: 'FIRST_TOKEN',
        project: expect.objectContaining({ slug: 'tuned' }),
        environments: expect.arrayContaining(['production']),
        because: 'the name suggests it',
        left_by: expect.any(String),
        left_by_actor: expect.objectContaining({ kind: expect.any(String) }),
        left_at: expect.any(Number),
      },
    ]);
    // What changes neither value nor name.
    await change({ environment_ids: [staging], include_in_preview: true });
    expect(await left()).toHaveLength(1);
    // The reason is the same, and nobody saw this value.
    await change({ value: 'hunter2-canary' });
    expect([await left(), (await listed()).includes(limit)]).toEqual([[], true]);
    expect(await leave(limit)).toEqual({ left: 1 });
    await change({ key: 'SECOND_TOKEN' });
    expect([await left(), (await listed()).includes(limit)]).toEqual([[], true]);
    // There is nothing to take back of what is asked about already.
    expect((await send('POST', '/plain-secrets/ask-again', { ids: [limit] })).body).toEqual({
      asked_again: 0,
    });
    await leave(limit);
    const taken = await send('POST', '/plain-secrets/ask-again', { ids: [limit, others, 999_999] });
    expect(taken.body).toEqual({ asked_again: 1 });
    expect(await listed()).toContain(limit);
    // Encrypted, it is no matter of plain values any more; deleted, neither.
    await leave(limit, others);
    await change({ is_secret: true });
    await send('DELETE', `/projects/tuned/env-vars/${others}`);
    expect(await left()).toEqual([]);
    const lines = (await send('GET', '/audit/logs?limit=50')).body;
    const said = JSON.stringify(lines);
    for (const operation of ['ENV_VAR_LEFT_PLAIN', 'ENV_VAR_NOT_LEFT_PLAIN'])
      expect(said).toContain(operation);
    expect(said).not.toContain('canary');
  });

  it('are not left plain where they are not as they were seen', async () => {
    const seen = await add('tuned', 'SEEN_TOKEN', 'canary-1');
    const alike = await add('tuned', 'ALIKE_TOKEN', 'canary-1');
    const { updated_at } = (await list()).variables.find(({ id }: { id: number }) => id === seen);
    await send('PUT', `/projects/tuned/env-vars/${seen}`, { value: 'canary-2' });
    const refused = await send('POST', '/plain-secrets/leave', {
      ids: [alike, seen],
      expected_updated_at: { [seen]: updated_at },
    });
    expect([refused.status, refused.body.error_code]).toEqual([409, 'changed_meanwhile']);
    expect((await send('GET', '/plain-secrets/left')).body.variables).toEqual([]);
  });

  it('that were left plain are told to a deployment token of its own project alone', async () => {
    const tuned = await add('tuned', 'OWN_TOKEN', 'canary');
    expect((await send('POST', '/plain-secrets/leave', { ids: [tuned] })).body).toEqual({ left: 1 });
    for (const [project, count] of [
      ['tuned', 1],
      ['other', 0],
    ] as const) {
      const { token } = (
        await send('POST', `/projects/${project}/deployment-tokens`, {
          name: 'runner',
          permissions: ['environments:read'],
        })
      ).body;
      const seen = await door().request('GET', '/plain-secrets/left', undefined, { token });
      expect([seen.status, seen.body.variables.length]).toEqual([200, count]);
      const tried = await door().request('POST', '/plain-secrets/ask-again', { ids: [tuned] }, { token });
      expect(tried.status).toBe(403);
    }
    expect((await send('GET', '/plain-secrets/left')).body.variables).toHaveLength(1);
  });

  it('are at most 200 at once', async () => {
    await send('POST', '/projects', { name: 'many' });
    const environment_variables = Array.from({ length: 250 }, (_, at) => [`TOKEN_${at}`, 'canary']);
    await send('POST', '/projects', { name: 'very many', environment_variables });
    const found = await list();
    expect([found.variables.length, found.has_more]).toEqual([200, true]);
    const ids = found.variables.map(({ id }: { id: number }) => id);
    expect((await send('POST', '/plain-secrets/encrypt', { ids })).body.encrypted).toBe(200);
    const rest = await list();
    expect([rest.variables.length > 0, rest.has_more]).toEqual([true, false]);
  });
});
