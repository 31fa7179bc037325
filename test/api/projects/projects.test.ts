import { expect, it } from 'vitest';
import { describeOverDoors } from '../harness.ts';

describeOverDoors('projects and variables', (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const b64 = (text: string) => Buffer.from(text).toString('base64');

  it('answers in upstream terms and makes "production"', async () => {
    const { status, body } = await send('POST', '/projects', {
      name: 'My Shop',
      main_branch: 'main',
      directory: '.',
      secret: 'guess',
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

  it('lists projects with what is in them', async () => {
    await send('POST', '/projects', { name: 'counted' });
    await send('POST', '/projects/counted/environments', { name: 'Staging' });
    for (const [key, is_secret] of [
      ['A', false],
      ['B', true],
      ['C', true],
    ])
      await send('POST', '/projects/counted/env-vars', { key, value: 'x', is_secret });
    const { projects } = (await send('GET', '/projects')).body;
    const summary = projects.find((project: { slug: string }) => project.slug === 'counted');
    expect(summary).toMatchObject({
      variable_count: 3,
      secret_count: 2,
      environment_names: ['production', 'Staging'],
    });
    await send('POST', '/projects', { name: 'empty' });
    expect((await send('GET', '/projects')).body.projects.at(-1)).toMatchObject({
      variable_count: 0,
      secret_count: 0,
      environment_names: ['production'],
    });
    const { token } = (await send('POST', '/projects/counted/deployment-tokens', { name: 'counter' })).body;
    const statistics = await door().request('GET', '/projects/statistics', undefined, { token });
    expect(statistics.body).toEqual({ total_count: 1 });
    for (const name of ['counted', 'empty']) await send('DELETE', `/projects/${name}`);
  });

  it('tells nobody whether a project is there', async () => {
    const nobody = door().wrongSession;
    const routes: [string, string][] = [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['PATCH', '/deployment-config'],
      ['POST', '/settings'],
      ['GET', '/environments'],
      ['GET', '/environments/production/history'],
      ['GET', '/env-vars'],
      ['POST', '/env-vars/bulk'],
      ['GET', '/variables/export'],
      ['GET', '/variables/resolved'],
      ['GET', '/deployment-tokens'],
    ];
    for (const [method, path] of routes) {
      const body = method === 'GET' ? undefined : path.endsWith('bulk') ? { action: 'delete', ids: [1] } : {};
      const ask = async (name: string) =>
        (await door().request(method, `/projects/${name}${path}`, body, nobody)).body.error_code;
      expect([await ask('my-shop'), await ask('not-there')], `${method} ${path}`).toEqual([
        'unauthenticated',
        'unauthenticated',
      ]);
    }
  });

  it('refuses a name or slug that is taken, and gives a name that is nearly the same a slug of its own', async () => {
    const again = await send('POST', '/projects', { name: ' My Shop ' });
    expect([again.status, again.body.error_code, again.body.errors]).toEqual([
      409,
      'name_taken',
      { name: 'taken' },
    ]);
    expect((await send('POST', '/projects', { name: 'My shop' })).body.slug).toBe('my-shop-2');
    const rename = (name: string) => send('PUT', '/projects/my-shop-2', { name });
    expect((await rename('My Shop')).body.error_code).toBe('name_taken');
    expect((await rename('My shop')).status).toBe(200);
    expect((await send('POST', '/projects/my-shop-2/settings', { slug: 'my-shop' })).body.error_code).toBe(
      'name_taken',
    );
  });

  it('says which values of a file end before a #, and never what follows', async () => {
    await send('POST', '/projects', { name: 'cut' });
    const dryRun = async (content: string) =>
      await send('POST', '/projects/cut/variables/import', { content_base64: b64(content), dry_run: true });
    const cut = await dryRun('PW=pa ss #canary\nA="x #y"\nCOLOUR=#f00\nURL=https://a/#b\n# comment\n');
    expect(cut.body.said).toEqual([
      '1 comment line is not saved; keep the file if you need them.',
      'Text after a # was treated as a comment for PW (line 1): quote the value if it belongs to it.',
      'The # right after = was read as part of the value of COLOUR (line 3).',
    ]);
    expect(cut.text).not.toContain('canary');
    expect((await dryRun('A=1\nB=x#y\n')).body.said).toEqual([]);
    const many = await dryRun(Array.from({ length: 12 }, (_, at) => `N${at}=1 #\n`).join(''));
    expect(many.body.said[0]).toContain('N9 (line 10) and 2 more');
    await send('DELETE', '/projects/cut');
  });

  it('refuses a name that would rewrite a terminal', async () => {
    for (const bad of ['a\u0000b', 'a\u001b[2Jb', 'a\nb', 'a\u009bb', 'a\u202eb', 'a\u2028b', '\ud800']) {
      const refused = await send('POST', '/projects', { name: bad });
      expect([refused.status, Object.keys(refused.body.errors ?? {})], JSON.stringify(bad)).toEqual([
        400,
        ['name'],
      ]);
      for (const [method, path] of [
        ['PUT', '/projects/my-shop'],
        ['POST', '/projects/my-shop/settings'],
        ['POST', '/projects/my-shop/environments'],
        ['POST', '/projects/my-shop/deployment-tokens'],
      ] as const)
        expect((await send(method, path, { name: bad })).status, `${method} ${path}`).toBe(400);
      expect((await send('POST', '/api-keys', { name: bad, role_type: 'reader' })).status).toBe(400);
    }
    const emoji = await send('POST', '/projects', { name: 'Zoë 👩‍💻' });
    expect(emoji.body.name).toBe('Zoë 👩‍💻');
    await send('DELETE', `/projects/${emoji.body.id}`);
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

  it('takes a value as it is, or keeps the old one, where that is said', async () => {
    const created = await send('POST', '/projects/my-shop/env-vars', {
      key: 'KEPT_TOKEN',
      value: 'canary-kept',
      is_secret: true,
    });
    const change = (body: object) => send('PUT', `/projects/my-shop/env-vars/${created.body.id}`, body);
    const read = async () => (await send('GET', '/projects/my-shop/env-vars/KEPT_TOKEN/value')).body.value;
    // As clients that send back what they were shown.
    for (const body of [{ value: '' }, { value: '********' }, {}, { value: 'other', keep_value: true }]) {
      expect((await change(body)).body.version).toBe(1);
      expect(await read()).toBe('canary-kept');
    }
    for (const value of ['********', '', 'canary-kept']) {
      expect((await change({ value, keep_value: false })).status).toBe(200);
      expect(await read()).toBe(value);
    }
  });

  it('says what it would take a variable for, and keeps nothing', async () => {
    const guess = (key: string, value: string) => send('POST', '/secret-guess', { key, value });
    expect((await guess('API_KEY', 'abc')).body).toEqual({
      is_secret: true,
      because: 'the name suggests it',
    });
    expect((await guess('PORT', '3000')).body).toMatchObject({ is_secret: false });
    expect((await guess('LINK', 'https://a:b@c.example')).body).toMatchObject({ is_secret: true });
    const { token } = (await send('POST', '/projects/my-shop/deployment-tokens', { name: 'guesser' })).body;
    const asked = await door().request('POST', '/secret-guess', { key: 'A', value: 'b' }, { token });
    expect(asked.status).toBe(403);
    expect((await send('GET', '/projects/my-shop/env-vars')).body).not.toContainEqual(
      expect.objectContaining({ key: 'API_KEY' }),
    );
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
    const all = (await send('GET', `/projects/my-shop/env-vars?environment_id=${staging.id}`)).body;
    const [{ id }] = all.filter(({ key }: { key: string }) => key === 'API_TOKEN');
    expect((await send('GET', `/projects/my-shop/env-vars/${id}/value`)).body.value).toBe('y');
    // Another project's is not there, and neither is a shared one of the same number.
    expect((await send('GET', `/projects/my-shop-2/env-vars/${id}/value`)).status).toBe(404);
    expect((await send('GET', `/shared-variables/${id}/value`)).status).toBe(404);
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
      send('POST', '/projects/refs/env-vars', { key, value, is_secret: false, allow_unresolved: true });
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

  it('refuses to save what refers to nothing or to itself, unless told that it is on purpose', async () => {
    await send('POST', '/projects', { name: 'checked' });
    const staging = (await send('POST', '/projects/checked/environments', { name: 'staging' })).body;
    const [production] = (await send('GET', '/projects/checked/environments')).body;
    const path = '/projects/checked/env-vars';
    const add = (key: string, value: string, more: object = {}) =>
      send('POST', path, { key, value, is_secret: false, environment_ids: [production.id], ...more });
    const lost = await add('A', 'x-${{B}}');
    expect([lost.status, lost.body.error_code, Object.keys(lost.body.errors)]).toEqual([
      422,
      'reference_missing',
      ['value'],
    ]);
    expect(lost.body.details).toMatchObject({ name: 'B', in: 'A', environment: 'production' });
    expect((await send('GET', path)).body).toEqual([]);
    expect((await add('A', '${{A}}')).body.error_code).toBe('reference_cycle');
    expect((await add('A', '${{shared.NOWHERE}}')).body.error_code).toBe('reference_missing');
    expect((await add('A', '$${{B}} ${B}')).status).toBe(201);
    const b = (await add('B', '${{A}}')).body;
    const [a] = (await send('GET', path)).body;

    expect((await send('PUT', `${path}/${a.id}`, { value: '${{B}}' })).body.error_code).toBe(
      'reference_cycle',
    );
    expect((await send('PUT', `${path}/${b.id}`, { key: 'A2', value: '${{A2}}' })).body.error_code).toBe(
      'reference_cycle',
    );
    const both = { environment_ids: [production.id, staging.id] };
    const moved = await send('PUT', `${path}/${b.id}`, both);
    expect(moved.body).toMatchObject({
      error_code: 'reference_missing',
      details: { environment: 'staging' },
    });
    expect((await send('PUT', `${path}/${a.id}`, both)).status).toBe(200);
    expect((await send('PUT', `${path}/${b.id}`, both)).status).toBe(200);

    const kept = await send('PUT', `${path}/${a.id}`, { value: '${{LATER}}', allow_unresolved: true });
    expect(kept.body).toMatchObject({ value: '${{LATER}}', references: ['LATER'] });
    expect(
      (await send('PUT', `${path}/${a.id}`, { value: '${{LATER}}', include_in_preview: true })).status,
    ).toBe(200);
    const sealed = (await send('PUT', `${path}/${b.id}`, { is_secret: true, value: '${{LATER}}' })).body;
    expect(sealed.error_code).toBe('reference_missing');
    await send('PUT', `${path}/${a.id}`, { value: 'again' });
    expect((await send('POST', `${path}/${a.id}/revert`, { version: 2 })).body.error_code).toBe(
      'reference_missing',
    );
    expect(
      (await send('POST', `${path}/${a.id}/revert`, { version: 2, allow_unresolved: true })).status,
    ).toBe(200);
  });

  it('looks through secrets for circles without a word of their values', async () => {
    const path = '/projects/checked/env-vars';
    await send('POST', path, { key: 'S1', value: 'canary-s1', is_secret: true });
    await send('POST', path, { key: 'S2', value: 'canary-${{S1}}', is_secret: true });
    const [s1] = (await send('GET', `${path}?search=S1`)).body;
    const circle = await send('PUT', `${path}/${s1.id}`, { value: 'canary-${{S2}}' });
    expect(circle.body).toMatchObject({ error_code: 'reference_cycle', details: { cycle: 'S1 → S2 → S1' } });
    expect(circle.text).not.toContain('canary');
    const shared = (await send('POST', '/shared-variables', { key: 'ONE', value: 'x', is_secret: false }))
      .body;
    await send('POST', '/shared-variables', { key: 'TWO', value: '${{ONE}}', is_secret: false });
    expect(
      (await send('PUT', `/shared-variables/${shared.id}`, { value: '${{shared.TWO}}' })).body.error_code,
    ).toBe('reference_cycle');
    expect((await send('GET', `/shared-variables/${shared.id}/used-by`)).body.used_by).toMatchObject([
      { key: 'TWO' },
    ]);
  });

  it('tells who changed a variable, which version it is, when it was used and what it refers to', async () => {
    await send('POST', '/projects', { name: 'told' });
    const path = '/projects/told/env-vars';
    const made = (await send('POST', path, { key: 'T_TOKEN', value: 'canary', is_secret: true })).body;
    expect(made).toMatchObject({
      version: 1,
      changed_by: 'owner',
      changed_at: door().clock.now(),
      last_used_at: null,
      references: [],
    });
    const plain = (
      await send('POST', path, {
        key: 'URL',
        value: '${{T_TOKEN}} ${{ shared.DOMAIN }} ${{T_TOKEN}}',
        is_secret: false,
      })
    ).body;
    expect(plain.references).toEqual(['T_TOKEN', 'shared.DOMAIN']);
    door().clock.advance(1000);
    await send('PUT', `${path}/${made.id}`, { value: 'canary-2' });
    const [after] = (await send('GET', path)).body;
    expect(after).toMatchObject({ version: 2, changed_at: door().clock.now(), references: [] });
    await send('PUT', `${path}/${plain.id}`, { value: plain.value, include_in_preview: true });
    expect((await send('GET', path)).body[1]).toMatchObject({ version: 1, include_in_preview: true });
  });

  it('gives no version number twice when the plain past is forgotten', async () => {
    const path = '/projects/told/env-vars';
    const { id } = (await send('POST', path, { key: 'NUMBERED', value: 'one', is_secret: false })).body;
    await send('PUT', `${path}/${id}`, { value: 'two' });
    expect((await send('PUT', `${path}/${id}`, { is_secret: true })).body.version).toBe(3);
    expect((await send('GET', `${path}/${id}/history`)).body.versions).toHaveLength(1);
  });

  it('lets nobody overwrite what they have not seen', async () => {
    const path = '/projects/told/env-vars';
    const seen = (await send('POST', path, { key: 'RACED', value: 'one', is_secret: false })).body;
    const first = await send('PUT', `${path}/${seen.id}`, {
      value: 'two',
      expected_updated_at: seen.updated_at,
    });
    expect(first.body.updated_at).toBeGreaterThan(seen.updated_at);
    const late = await send('PUT', `${path}/${seen.id}`, {
      value: 'three',
      expected_updated_at: seen.updated_at,
    });
    expect([late.status, late.body.error_code]).toEqual([409, 'changed_meanwhile']);
    expect(late.body.details.variable).toMatchObject({ key: 'RACED', value: 'two' });
    const { updated_at } = first.body;
    expect((await send('DELETE', `${path}/${seen.id}?expected_updated_at=${seen.updated_at}`)).status).toBe(
      409,
    );
    expect(
      (await send('POST', `${path}/${seen.id}/revert`, { version: 1, expected_updated_at: seen.updated_at }))
        .status,
    ).toBe(409);
    const again = await send('PUT', `${path}/${seen.id}`, {
      include_in_preview: true,
      expected_updated_at: updated_at,
    });
    expect(again.body.updated_at).toBeGreaterThan(updated_at);
    expect((await send('GET', path)).body.find(({ id }: { id: number }) => id === seen.id).value).toBe('two');
    expect(
      (await send('DELETE', `${path}/${seen.id}?expected_updated_at=${again.body.updated_at}`)).status,
    ).toBe(204);
    const secret = (await send('POST', path, { key: 'RACED', value: 'canary', is_secret: true })).body;
    const lost = await send('PUT', `${path}/${secret.id}`, { value: 'x', expected_updated_at: 1 });
    expect(lost.body.details.variable).toMatchObject({ is_secret: true, value: null });
    expect(lost.text).not.toContain('canary');
  });

  it('notices that an environment of a variable went while a page was open', async () => {
    const gone = (await send('POST', '/projects/told/environments', { name: 'gone' })).body;
    const path = '/projects/told/env-vars';
    const seen = (await send('POST', path, { key: 'EVERYWHERE', value: 'x', is_secret: false })).body;
    await send('DELETE', `/projects/told/environments/${gone.id}`);
    const late = await send('PUT', `${path}/${seen.id}`, {
      value: 'y',
      expected_updated_at: seen.updated_at,
    });
    expect(late.body.error_code).toBe('changed_meanwhile');
    expect(late.body.details.variable.environments).toHaveLength(1);
  });

  it('changes many at once: all of them or none', async () => {
    await send('POST', '/projects', { name: 'bulk' });
    const [production] = (await send('GET', '/projects/bulk/environments')).body;
    const staging = (await send('POST', '/projects/bulk/environments', { name: 'staging' })).body;
    const path = '/projects/bulk/env-vars';
    const add = async (key: string, value: string, environment_ids: number[]) =>
      (await send('POST', path, { key, value, environment_ids, is_secret: key.startsWith('S') })).body;
    const a = await add('A', 'one', [production.id]);
    const b = await add('B', '${{A}}', [production.id]);
    const s = await add('S', 'canary', [production.id]);
    const there = await add('A', 'other', [staging.id]);
    const bulk = (body: object) => send('POST', `${path}/bulk`, body);
    const set = (ids: number[], environment_ids: number[], more: object = {}) =>
      bulk({ action: 'set_environments', ids, environment_ids, ...more });
    const places = async () =>
      (await send('GET', path)).body.map(
        ({ key, environments }: { key: string; environments: { name: string }[] }) =>
          [key, ...environments.map(({ name }) => name)].join(' '),
      );
    const before = await places();

    const taken = await set([s.id, a.id], [production.id, staging.id]);
    expect([taken.status, taken.body.error_code, Object.keys(taken.body.errors)]).toEqual([
      409,
      'name_taken',
      ['ids.1'],
    ]);
    expect(taken.body.errors['ids.1']).toContain(`variable ${a.id}`);
    const missing = await bulk({ action: 'delete', ids: [a.id, 987_654, b.id] });
    expect([missing.status, missing.body.errors]).toEqual([404, { 'ids.1': 'no variable 987654' }]);
    const [foreign] = (await send('GET', '/projects/told/env-vars')).body;
    expect((await bulk({ action: 'delete', ids: [a.id, foreign.id] })).status).toBe(404);
    expect((await set([a.id], [987_654])).status).toBe(404);
    expect((await set([a.id], [])).status).toBe(400);
    expect((await bulk({ action: 'delete', ids: [] })).status).toBe(400);
    const stale = await bulk({
      action: 'delete',
      ids: [a.id, s.id],
      expected_updated_at: { [s.id]: s.updated_at - 1 },
    });
    expect([stale.status, stale.body.error_code]).toEqual([409, 'changed_meanwhile']);
    expect(stale.body.details.variables).toMatchObject([{ id: s.id, value: null }]);
    expect(await places()).toEqual(before);

    await send('DELETE', `${path}/${there.id}`);
    expect((await set([b.id], [staging.id])).body.error_code).toBe('reference_missing');
    expect((await set([b.id, a.id], [staging.id])).body).toEqual({ changed: 2 });
    expect((await set([b.id, a.id], [staging.id])).body).toEqual({ changed: 0 });
    expect(await places()).toEqual(['A staging', 'B staging', 'S production']);
    expect((await set([b.id], [production.id], { allow_unresolved: true })).body).toEqual({ changed: 1 });
    const deleted = await bulk({
      action: 'delete',
      ids: [a.id, s.id, s.id],
      expected_updated_at: { [s.id]: s.updated_at },
    });
    expect(deleted.body).toEqual({ changed: 2 });
    expect(await places()).toEqual(['B production']);
    const lines = (await send('GET', '/audit/logs?operation_type=ENV_VAR_DELETED&limit=2')).body;
    expect(lines.map((line: { data: { key: string } }) => line.data.key).sort()).toEqual(['A', 'S']);
    const { id } = (await send('GET', '/shared-variables')).body[0];
    expect(
      (
        await send('POST', '/shared-variables/bulk', {
          action: 'set_environments',
          ids: [id],
          environment_ids: [production.id],
        })
      ).status,
    ).toBe(400);
  });

  it('keeps shared variables out of environments, which would take them along', async () => {
    const [production] = (await send('GET', '/projects/bulk/environments')).body;
    const wrong = { key: 'STRAY', value: 'x', environment_ids: [production.id] };
    expect((await send('POST', '/shared-variables', wrong)).body.error_code).toBe('invalid_request');
    const { id } = (await send('GET', '/shared-variables')).body[0];
    expect((await send('PUT', `/shared-variables/${id}`, { environment_ids: [production.id] })).status).toBe(
      400,
    );
  });

  it('tells what happened in an environment, deletions too, page by page', async () => {
    await send('POST', '/projects', { name: 'past' });
    const path = '/projects/past/env-vars';
    const history = async (query = '') =>
      (await send('GET', `/projects/past/environments/production/history${query}`)).body;
    const one = (await send('POST', path, { key: 'ONE', value: '1', is_secret: false })).body;
    await send('POST', '/projects/past/variables/import', {
      content_base64: b64('TWO_TOKEN=canary\nTHREE=3\n'),
    });
    door().clock.advance(1000);
    await send('PUT', `${path}/${one.id}`, { value: '2' });
    await send('POST', '/projects/past/variables/import', {
      content_base64: b64('ONE=2\nTHREE=3\n'),
      mode: 'replace',
    });
    await send('DELETE', `${path}/${one.id}`);
    const { changes, next } = await history();
    expect(next).toBeNull();
    expect(
      changes.map(({ key, change, version, is_secret }: Record<string, unknown>) => [
        key,
        change,
        version,
        is_secret,
      ]),
    ).toEqual([
      ['ONE', 'deleted', null, false],
      ['TWO_TOKEN', 'deleted', null, true],
      ['THREE', 'created', 1, false],
    ]);
    expect(changes[0]).toMatchObject({
      variable_id: one.id,
      changed_by: 'owner',
      changed_at: door().clock.now(),
    });
    expect(JSON.stringify(changes)).not.toContain('canary');
    const paged: unknown[] = [];
    let before = '';
    for (let pages = 0; pages < 3; pages++) {
      const page = await history(`?limit=1${before}`);
      paged.push(...page.changes);
      before = `&before=${page.next}`;
    }
    expect(paged).toEqual(changes);
    expect((await history(`?before=${door().clock.now()}`)).changes).toMatchObject([{ key: 'THREE' }]);
    expect((await history('?before=yesterday')).error_code).toBe('invalid_request');
    await send('POST', '/projects/past/environments', { name: 'other' });
    expect((await send('GET', '/projects/past/environments/other/history')).body.changes).toEqual([]);
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
      content_base64: b64('GOOD=1\nnot a line\n'),
    });
    expect(bad.body).toMatchObject({ error_code: 'env_file_invalid', details: { line: 2 } });
    expect((await send('GET', '/projects/files/variables/export')).text).toBe(before);
  });

  it('shows a person what a file would do: new and old values of plain variables, lines refused and why', async () => {
    await send('POST', '/projects', { name: 'diff' });
    const importFile = (text: string, more: object = {}) =>
      send('POST', '/projects/diff/variables/import', { content_base64: b64(text), ...more });
    await importFile('LOG_LEVEL=info\nMAP_TOKEN=canary-1\nSAME=1\nGONE=x\nGONE_TOKEN=canary-2\n');
    const file = [
      '# note',
      '',
      'LOG_LEVEL=debug',
      'MAP_TOKEN=canary-3',
      'SAME=1',
      '2FA_ISSUER=me',
      'NEW=n',
      'NEW=again',
      'REFERS=${{NOWHERE}} ${{SAME}}',
      'QUALITY=82',
      'GONE="unfinished',
      'not a line',
    ].join('\n');
    const strict = await importFile(file, { dry_run: true });
    expect(strict.body).toMatchObject({ error_code: 'env_file_invalid', details: { line: 6 } });
    const dry = await importFile(file, { dry_run: true, on_error: 'collect', mode: 'replace' });
    expect(dry.text).not.toContain('canary');
    const plain = { is_secret: false, because: expect.any(String), old_value: null };
    expect(dry.body).toEqual({
      dry_run: true,
      import_id: null,
      added: [
        { ...plain, key: 'NEW', line: 8, value: 'again' },
        { ...plain, key: 'REFERS', line: 9, value: '${{NOWHERE}} ${{SAME}}' },
        { ...plain, key: 'QUALITY', line: 10, value: '82' },
      ],
      changed: [
        { key: 'LOG_LEVEL', line: 3, is_secret: false, because: null, value: 'debug', old_value: 'info' },
        { key: 'MAP_TOKEN', line: 4, is_secret: true, because: null, value: null, old_value: null },
      ],
      removed: [
        { key: 'GONE_TOKEN', line: null, is_secret: true, because: null, value: null, old_value: null },
      ],
      unchanged: [{ key: 'SAME', line: 5, is_secret: false, because: null, value: '1', old_value: '1' }],
      refused: [
        { line: 6, name: '2FA_ISSUER', reason: 'A name starts with a letter or an underscore.' },
        { line: 11, name: 'GONE', reason: 'The quote that starts on this line is not closed.' },
        { line: 12, name: null, reason: 'This line is not NAME=value, a comment or blank.' },
      ],
      repeated: [{ name: 'NEW', lines: [7, 8], taken: 8 }],
      lines_without_variable: 2,
      references: 0,
      warnings: [{ key: 'REFERS', code: 'reference_missing', name: 'NOWHERE' }],
      said: [
        '1 comment line is not saved; keep the file if you need them.',
        'NEW is there twice, on lines 7 and 8: line 8 counts.',
      ],
    });

    const some = await importFile(file, {
      on_error: 'collect',
      mode: 'replace',
      only: ['LOG_LEVEL', 'QUALITY', 'REFERS'],
      overrides: { QUALITY: true },
    });
    expect(some.body).toMatchObject({ dry_run: false, removed: [], changed: [{ key: 'LOG_LEVEL' }] });
    expect(some.body.warnings).toHaveLength(1);
    expect((await send('GET', '/projects/diff/variables/export')).text).toBe(
      "LOG_LEVEL=debug\nMAP_TOKEN=canary-1\nSAME=1\nGONE=x\nGONE_TOKEN=canary-2\nREFERS='${{NOWHERE}} ${{SAME}}'\nQUALITY=82\n",
    );
    expect((await send('GET', '/projects/diff/env-vars?search=QUALITY')).body[0].is_secret).toBe(true);
  });

  it('names the circles that a file brings with what is there', async () => {
    const { body } = await send('POST', '/projects/diff/variables/import', {
      content_base64: b64('SAME=${{ROUND}}\nROUND=${{ABOUT}}\nABOUT=${{SAME}}\nASIDE=${{ABOUT}}\n'),
      dry_run: true,
    });
    expect(body.warnings).toEqual([
      { key: 'SAME', code: 'reference_cycle', name: 'ROUND' },
      { key: 'ROUND', code: 'reference_cycle', name: 'ABOUT' },
      { key: 'ABOUT', code: 'reference_cycle', name: 'SAME' },
    ]);
  });

  it('confirms no guess of a value to someone who may write and not read', async () => {
    const key = async (name: string, permissions: string[]) => {
      const made = await send('POST', '/api-keys', { name, role_type: 'custom', permissions });
      return (text: string, dry_run = true) =>
        door().request(
          'POST',
          '/projects/diff/variables/import',
          { content_base64: b64(text), dry_run },
          { token: made.body.api_key },
        );
    };
    const writer = await key('writer', ['environments:write']);
    for (const guess of ['canary-1', 'wrong']) {
      expect((await writer(`MAP_TOKEN=${guess}\nLOG_LEVEL=debug\n`)).body).toMatchObject({
        changed: [
          { key: 'MAP_TOKEN', value: null, old_value: null },
          { key: 'LOG_LEVEL', old_value: null },
        ],
        unchanged: [],
      });
    }
    const find = async () => (await send('GET', '/projects/diff/env-vars?search=MAP_TOKEN')).body[0];
    const { version } = await find();
    await writer('MAP_TOKEN=wrong\n', false);
    expect((await find()).version).toBe(version + 1);
    await writer('MAP_TOKEN=wrong\n', false);
    expect((await find()).version).toBe(version + 2);
    await writer('MAP_TOKEN=canary-1\n', false);
    const reader = await key('reader', ['environments:write', 'environments:read', 'environments:reveal']);
    expect((await reader('MAP_TOKEN=canary-1\n')).body.unchanged).toHaveLength(1);
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
      secret: 'guess',
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
    expect(
      (await send('POST', '/projects/my-shop/env-vars', { key: 'NEW_TOKEN', value: 'x', is_secret: true }))
        .status,
    ).toBe(423);
    expect((await send('POST', '/projects', { name: 'while locked' })).status).toBe(200);
    expect((await send('POST', '/vault/unlock', { method: 'custody' })).body.state).toBe('running');
  });
});
