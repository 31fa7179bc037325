import { expect, it } from 'vitest';
import { ADMIN, describeOverDoors } from './harness.ts';

describeOverDoors('what goes wrong', (door) => {
  it('is a problem, never HTML, for a path that is not there', async () => {
    const answer = await door().request('GET', '/nothing/here', undefined, {
      headers: { accept: 'text/html' },
    });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      status: 404,
      error_code: 'not_found',
      instance: '/api/nothing/here',
    });
    expect(answer.body).toHaveProperty('timestamp');
  });

  it('is the path, before the type of what was sent there', async () => {
    const headers = { 'content-type': 'text/plain' };
    const missing = await door().request('POST', '/nothing/here', 'some text', { headers });
    expect([missing.status, missing.body.error_code]).toEqual([404, 'not_found']);
    const other = await door().request('PATCH', '/vault/key/copies', 'some text', { headers });
    expect([other.status, other.body.error_code]).toEqual([405, 'method_not_allowed']);
    const there = await door().request('POST', '/auth/login', 'some text', { headers });
    expect([there.status, there.body.error_code]).toEqual([415, 'unsupported_media_type']);
  });

  it('names the methods a path takes', async () => {
    const answer = await door().request('PATCH', '/vault/key/copies');
    expect(answer.status).toBe(405);
    expect(String(answer.headers.allow).split(', ').sort()).toEqual(['GET', 'POST']);
  });

  it.each([
    'TRACE',
    'PROPFIND',
    'M-SEARCH',
    'PURGE',
  ])('is a method that nothing takes: %s', async (method) => {
    for (const path of ['/projects', '//', '//no/page']) {
      const answer = await door().request(method, path);
      expect([answer.status, answer.body.error_code], path).toEqual([405, 'method_not_allowed']);
    }
  });

  it('is a name that every object has, wherever a name is looked up', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      for (const [path, body] of [
        ['/api-keys', { name: 'ci', role_type: name }],
        ['/users', { email: 'eve@example.org', password: 'correct horse battery', roles: [name] }],
        ['/projects', { [name]: 1 }],
      ] as const) {
        const { status, body: said } = await door().owner('POST', path, body);
        expect([status, said.error_code], `${path} ${name}`).toEqual([400, 'invalid_request']);
      }
      expect((await door().owner('GET', `/jobs?job=${name}`)).body.runs).toEqual([]);
      expect((await door().owner('GET', `/projects/${name}`)).status).toBe(404);
    }
  });

  it('takes /api/api for /api, as upstream clients send it', async () => {
    expect((await door().request('GET', '//api/api/auth/email-status')).status).toBe(200);
  });

  it('is every name that would rewrite a terminal, whoever and whatever is called so', async () => {
    const account = { email: 'eve@example.org', password: 'correct horse battery' };
    const ada = await door().signIn(ADMIN.email, ADMIN.password);
    for (const bad of ['a\u001b[2Jb', 'a\nb', 'a\u202eb']) {
      for (const [method, path, field, rest] of [
        ['POST', '/users', 'name', account],
        ['POST', '/users/administrator', 'name', account],
        ['PATCH', '/users/me', 'name', {}],
        ['POST', '/setup', 'name', { ...account, token: 'none' }],
        ['PUT', '/settings', 'instance_name', {}],
        ['POST', '/vault/key/copies', 'place', { format: 'words' }],
      ] as const) {
        const body = { ...rest, [field]: bad };
        // The owner at the socket has no account of their own.
        const refused = path.endsWith('/me')
          ? await door().request(method, path, body, ada)
          : await door().owner(method, path, body);
        expect([refused.status, Object.keys(refused.body.errors ?? {})], `${method} ${path}`).toEqual([
          400,
          [field],
        ]);
      }
    }
  });

  it('refuses 3 MiB, said and unsaid', async () => {
    const large = JSON.stringify({ name: 'x'.repeat(3 * 1024 * 1024) });
    const answer = await door()
      .request('POST', '/auth/login', large)
      .catch(() => null);
    if (answer) expect(answer.body.error_code).toBe('body_too_large');
    const chunked = await door()
      .request('POST', '/auth/login', large, {
        headers: { 'content-length': '', 'transfer-encoding': 'chunked' },
      })
      .catch(() => null);
    if (chunked) expect([400, 413]).toContain(chunked.status);
    const within = await door().owner('POST', '/auth/login', { name: 'x'.repeat(3 * 1024 * 1024) });
    expect(within.body.error_code).toBe('body_too_large');
  });

  it('refuses JSON 50 levels deep before anything looks at it', async () => {
    const answer = await door().request('POST', '/auth/login', `${'['.repeat(50)}${']'.repeat(50)}`);
    expect(answer.body.error_code).toBe('body_too_deep');
  });

  it('does not take brackets inside text for depth', async () => {
    const answer = await door().request('POST', '/auth/login', { email: '['.repeat(100), password: 'x' });
    expect(answer.body.error_code).toBe('invalid_credentials');
  });

  it('names the fields of JSON of the wrong shape, and quotes no value', async () => {
    const answer = await door().request('POST', '/auth/login', { email: 5, password: ['hunter2-canary'] });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body.errors).sort()).toEqual(['email', 'password']);
    expect(answer.text).not.toContain('canary');
  });

  it('refuses text that is not JSON, and quotes none of it', async () => {
    const answer = await door().request('POST', '/auth/login', '{"password": canary');
    expect(answer.body.error_code).toBe('invalid_request');
    expect(answer.text).not.toContain('canary');
  });

  it('takes no body for a missing one, whatever type it says it has', async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await door().request('POST', '/auth/login', '', { headers: { 'content-type': type } });
      expect([type, answer.status, answer.body.error_code]).toEqual([type, 400, 'invalid_request']);
    }
    const none = await door().owner('POST', '/vault/doctor');
    expect(none.status).toBeLessThan(300);
  });

  it('wants JSON', async () => {
    const answer = await door().request('POST', '/auth/login', 'a=b', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(415);
  });

  it('gives the request id back, and makes one for an id it does not like', async () => {
    const id = 'abc-12345678';
    expect(
      (await door().request('GET', '/auth/email-status', undefined, { headers: { 'x-request-id': id } }))
        .headers['x-request-id'],
    ).toBe(id);
    const odd = await door().request('GET', '/auth/email-status', undefined, {
      headers: { 'x-request-id': 'a b"<' },
    });
    expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('survives names that JavaScript has plans for', async () => {
    const answer = await door().request(
      'POST',
      '/auth/login',
      '{"__proto__": {"isAdmin": true}, "constructor": 1, "email": "a@b", "password": "x"}',
    );
    expect(answer.body.error_code).toBe('invalid_request');
    expect(Object.keys(answer.body.errors).sort()).toEqual(['__proto__', 'constructor']);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});
