import { expect, it } from 'vitest';
import { describeOverDoors } from './harness.ts';

describeOverDoors('projects and variables', (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const b64 = (text: string) => Buffer.from(text).toString('base64');

  it('answers in upstream terms and makes "production"', async () => {
    const { status, body } = await send('POST', '/projects', {
      name: 'My Shop',
      main_branch: 'main',
      directory: '.',
      environment_variables: [['PORT', '3000']],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      slug: 'my-shop',
      name: 'My Shop',
      main_branch: 'main',
      last_deployment: null,
    });
    const environments = (await send('GET', '/projects/my-shop/environments')).body;
    expect(environments).toHaveLength(1);
    expect(environments[0]).toMatchObject({ name: 'production', is_preview: false });
    expect((await send('DELETE', `/projects/my-shop/environments/${environments[0].id}`)).status).toBe(400);
    expect((await send('GET', '/projects/my-shop/env-vars')).body[0]).toMatchObject({
      key: 'PORT',
      value: '3000',
      is_secret: false,
    });
    expect((await send('GET', `/projects/by-slug/my-shop`)).body.id).toBe(body.id);
  });

  it('gives a second project of the same name a slug of its own, and refuses a taken slug', async () => {
    expect((await send('POST', '/projects', { name: 'My Shop' })).body.slug).toBe('my-shop-2');
    expect((await send('POST', '/projects/my-shop-2/settings', { slug: 'my-shop' })).body.error_code).toBe(
      'name_taken',
    );
  });

  it('never shows a secret but on its reveal, which is noted', async () => {
    const made = await send('POST', '/projects/my-shop/env-vars', {
      key: 'API_TOKEN',
      value: 'canary-one',
      is_secret: true,
    });
    expect(made.status).toBe(201);
    expect(made.text).not.toContain('canary');
    expect((await send('GET', '/projects/my-shop/env-vars')).text).not.toContain('canary');
    expect((await send('GET', '/search?q=canary')).text).not.toContain('canary-one');
    expect((await send('GET', '/projects/my-shop/env-vars/API_TOKEN/value')).body).toEqual({
      value: 'canary-one',
    });
    const [line] = (await send('GET', '/audit/logs?limit=1')).body;
    expect(line).toMatchObject({ operation_type: 'ENV_VAR_REVEALED', data: { key: 'API_TOKEN' } });
    expect(JSON.stringify(line)).not.toContain('canary');
  });

  it('keeps a secret secret', async () => {
    const [variable] = (await send('GET', '/projects/my-shop/env-vars?search=API_TOKEN')).body;
    expect(
      (await send('PUT', `/projects/my-shop/env-vars/${variable.id}`, { is_secret: false })).status,
    ).toBe(400);
    expect(
      (
        await send('PUT', `/projects/my-shop/env-vars/${variable.id}`, {
          value: '******',
          include_in_preview: true,
        })
      ).body.include_in_preview,
    ).toBe(true);
    expect((await send('GET', '/projects/my-shop/env-vars/API_TOKEN/value')).body.value).toBe('canary-one');
  });

  it('refuses the same name twice in an environment, and allows it in another', async () => {
    expect((await send('POST', '/projects/my-shop/env-vars', { key: 'API_TOKEN', value: 'x' })).status).toBe(
      409,
    );
    const staging = (await send('POST', '/projects/my-shop/environments', { name: 'Staging', branch: 'dev' }))
      .body;
    expect((await send('POST', '/projects/my-shop/environments', { name: 'staging' })).status).toBe(409);
    expect(
      (
        await send('POST', '/projects/my-shop/env-vars', {
          key: 'API_TOKEN',
          value: 'y',
          environment_ids: [staging.id],
        })
      ).status,
    ).toBe(201);
    expect((await send('GET', '/projects/my-shop/env-vars/API_TOKEN/value')).body.error_code).toBe(
      'ambiguous_request',
    );
    expect(
      (await send('GET', `/projects/my-shop/env-vars/API_TOKEN/value?environment_id=${staging.id}`)).body
        .value,
    ).toBe('y');
    expect((await send('DELETE', `/projects/my-shop/environments/${staging.id}`)).status).toBe(204);
    expect((await send('GET', '/projects/my-shop/env-vars/API_TOKEN/value')).body.value).toBe('canary-one');
  });

  it('does not find the ids of other projects', async () => {
    const other = (await send('GET', '/projects/my-shop-2/environments')).body[0];
    expect(
      (
        await send('POST', '/projects/my-shop/env-vars', {
          key: 'A',
          value: 'x',
          environment_ids: [other.id],
        })
      ).status,
    ).toBe(404);
    const [variable] = (await send('GET', '/projects/my-shop/env-vars')).body;
    expect((await send('PUT', `/projects/my-shop-2/env-vars/${variable.id}`, { value: 'x' })).status).toBe(
      404,
    );
    expect((await send('DELETE', `/projects/my-shop-2/env-vars/${variable.id}`)).status).toBe(404);
  });

  it.each(['1A', 'A-B', '', 'A B', 'A\n'])('refuses the name %j', async (key) => {
    expect((await send('POST', '/projects/my-shop/env-vars', { key, value: 'x' })).body.error_code).toBe(
      'invalid_request',
    );
  });

  it('refuses NUL, half a surrogate pair and more than 1 MiB', async () => {
    expect(
      (await send('POST', '/projects/my-shop/env-vars', { key: 'A', value: 'a\0b' })).body.error_code,
    ).toBe('invalid_request');
    expect(
      (await send('POST', '/projects/my-shop/env-vars', { key: 'A', value: '\ud800' })).body.error_code,
    ).toBe('invalid_request');
    expect(
      (await send('POST', '/projects/my-shop/env-vars', { key: 'A', value: 'x'.repeat(1024 * 1024 + 1) }))
        .body.error_code,
    ).toBe('secret_too_large');
  });

  it('remembers versions and puts one back', async () => {
    const { id } = (
      await send('POST', '/projects/my-shop/env-vars', { key: 'GREETING', value: 'one', is_secret: false })
    ).body;
    await send('PUT', `/projects/my-shop/env-vars/${id}`, { value: 'two' });
    expect((await send('POST', `/projects/my-shop/env-vars/${id}/revert`, { version: 1 })).body.value).toBe(
      'one',
    );
    const { versions } = (await send('GET', `/projects/my-shop/env-vars/${id}/history`)).body;
    expect(
      versions.map((version: { change: string; value: string }) => [version.change, version.value]),
    ).toEqual([
      ['reverted', 'one'],
      ['updated', 'two'],
      ['created', 'one'],
    ]);
    await send('PUT', `/projects/my-shop/env-vars/${id}`, { is_secret: true });
    const after = (await send('GET', `/projects/my-shop/env-vars/${id}/history`)).body.versions;
    expect(after.every((version: { value: string | null }) => version.value === null)).toBe(true);
  });

  it('resolves references, names what is missing, and stops circles', async () => {
    await send('POST', '/shared-variables', { key: 'DOMAIN', value: 'example.org', is_secret: false });
    await send('POST', '/projects', { name: 'refs' });
    const add = (key: string, value: string) =>
      send('POST', '/projects/refs/env-vars', { key, value, is_secret: false });
    await add('HOST', 'api.${{shared.DOMAIN}}');
    await add('URL', 'https://${{ HOST }}/ $${{HOST}} ${HOST}');
    const { variables } = (await send('GET', '/projects/refs/variables/resolved')).body;
    expect(variables).toEqual([
      { key: 'HOST', value: 'api.example.org', is_secret: false },
      { key: 'URL', value: 'https://api.example.org/ ${{HOST}} ${HOST}', is_secret: false },
    ]);
    const shared = (await send('GET', '/shared-variables')).body[0];
    expect((await send('GET', `/shared-variables/${shared.id}/used-by`)).body.used_by).toMatchObject([
      { key: 'HOST' },
    ]);
    await add('LOST', '${{NOPE}}');
    expect((await send('GET', '/projects/refs/variables/resolved')).body).toMatchObject({
      error_code: 'reference_missing',
      details: { name: 'NOPE', in: 'LOST' },
    });
    await add('NOPE', '${{LOST}}');
    expect((await send('GET', '/projects/refs/variables/resolved')).body.error_code).toBe('reference_cycle');
    const partial = (await send('GET', '/projects/refs/variables/resolved?skip_unreadable=true')).body;
    expect(partial.skipped.map((skip: { key: string }) => skip.key)).toEqual(['LOST', 'NOPE']);
  });

  it('imports a file with its difference, dry or not, and exports the same values', async () => {
    await send('POST', '/projects', { name: 'files' });
    const file = '# note\nPORT=3000\nDB_PASSWORD="hun\\"ter\\n2"\n';
    const dry = (
      await send('POST', '/projects/files/variables/import', { content_base64: b64(file), dry_run: true })
    ).body;
    expect(dry.added).toMatchObject([
      { key: 'PORT', is_secret: false },
      { key: 'DB_PASSWORD', is_secret: true },
    ]);
    expect((await send('GET', '/projects/files/env-vars')).body).toEqual([]);
    await send('POST', '/projects/files/variables/import', { content_base64: b64(file) });
    const again = (
      await send('POST', '/projects/files/variables/import', {
        content_base64: b64('PORT=3001\nNEW=1\n'),
        mode: 'replace',
      })
    ).body;
    expect([again.added.length, again.changed.length, again.removed.length]).toEqual([1, 1, 1]);
    await send('POST', '/projects/files/variables/import', { content_base64: b64(file), mode: 'replace' });
    expect((await send('GET', '/projects/files/variables/export')).text).toBe(
      "PORT=3000\nDB_PASSWORD='hun\"ter\n2'\n",
    );
  });

  it('imports all of a file or nothing', async () => {
    const before = (await send('GET', '/projects/files/variables/export')).text;
    const bad = await send('POST', '/projects/files/variables/import', {
      content_base64: b64('GOOD=1\nGOOD=2\n'),
    });
    expect(bad.body).toMatchObject({ error_code: 'env_file_invalid', details: { line: 2 } });
    expect((await send('GET', '/projects/files/variables/export')).text).toBe(before);
  });

  it('guesses again when a plain variable gets a new value, and shows tokens nothing shared', async () => {
    await send('POST', '/projects', { name: 'later' });
    await send('POST', '/projects/later/variables/import', {
      content_base64: b64('API_KEY=\nconstructor=1\n'),
    });
    const filled = await send('POST', '/projects/later/variables/import', {
      content_base64: b64('API_KEY=sk_live_canary\n'),
    });
    expect(filled.body.changed).toMatchObject([{ key: 'API_KEY', is_secret: true }]);
    expect((await send('GET', '/projects/later/env-vars')).text).not.toContain('canary');
    const { token } = (await send('POST', '/projects/later/deployment-tokens', { name: 'shared' })).body;
    expect((await door().request('GET', '/shared-variables', undefined, { token })).status).toBe(404);
    expect((await door().request('GET', '/shared-variables/DOMAIN/value', undefined, { token })).status).toBe(
      404,
    );
  });

  it('leaves no secret behind when a project goes', async () => {
    const before = (await send('GET', '/vault/status')).body.secrets.by_kind.env_var;
    await send('POST', '/projects', {
      name: 'gone',
      environment_variables: [
        ['A_TOKEN', 'x'],
        ['B_TOKEN', 'y'],
      ],
    });
    await send('DELETE', '/projects/gone');
    expect((await send('GET', '/vault/status')).body.secrets.by_kind.env_var).toBe(before);
    expect((await send('GET', '/projects/gone')).status).toBe(404);
  });

  it('goes on without its secrets when it is locked: one row is marked, no list fails', async () => {
    await send('POST', '/vault/lock');
    const list = await send('GET', '/projects/my-shop/env-vars');
    expect(list.status).toBe(200);
    expect(list.body.find((row: { key: string }) => row.key === 'API_TOKEN')).toMatchObject({
      state: 'locked',
      value: null,
    });
    expect(list.body.find((row: { key: string }) => row.key === 'PORT')).toMatchObject({
      state: 'ok',
      value: '3000',
    });
    expect((await send('GET', '/projects/my-shop/env-vars/API_TOKEN/value')).status).toBe(423);
    expect((await send('GET', '/projects/my-shop/env-vars/PORT/value')).body.value).toBe('3000');
    expect((await send('GET', '/projects/my-shop/variables/resolved')).status).toBe(423);
    expect((await send('POST', '/projects/my-shop/env-vars', { key: 'NEW_TOKEN', value: 'x' })).status).toBe(
      423,
    );
    expect((await send('POST', '/projects', { name: 'while locked' })).status).toBe(200);
    expect((await send('POST', '/vault/unlock', { method: 'custody' })).body.state).toBe('running');
  });
});
