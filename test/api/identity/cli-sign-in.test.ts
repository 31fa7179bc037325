import { beforeEach, expect, it } from 'vitest';
import { ADMIN, describeOverDoors, type Who } from '../harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DEVICE = '/auth/cli/device';

describeOverDoors('signing in a command line through a browser', (door) => {
  const owner = (path: string, body?: object) => door().owner('POST', path, body);
  const as = (who: Who) => (method: string, path: string) => door().request(method, path, undefined, who);
  const start = async (body: object = { client_name: 'laptop.local' }) =>
    (await door().request('POST', `${DEVICE}/start`, body)).body;
  /** As its program does: after as long as it was told to wait. */
  async function poll(deviceCode: string) {
    door().clock.advance(5000);
    return (await door().request('POST', `${DEVICE}/poll`, { device_code: deviceCode })).body;
  }

  // Those of the test before are over.
  beforeEach(() => door().clock.advance(60 * 60_000));

  it('gives the codes and the page, in the shape that upstream’s client reads', async () => {
    const begun = await start();
    expect(begun).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: expect.stringMatching(/^https:\/\/localhost:\d+\/cli-login$/),
      // SECURITY: without the code, which the person types.
      verification_uri_complete: begun.verification_uri,
      expires_in: 600,
      interval: 5,
    });
    expect(await poll(begun.device_code)).toEqual({ status: 'authorization_pending' });
  });

  it('shows who waits, creates the key that was approved, and gives it once', async () => {
    const ada = await door().signIn(ADMIN.email, ADMIN.password);
    const { device_code, user_code } = await start();
    const typed = user_code.replace('-', ' ').toLowerCase();
    const shown = await door().request('POST', `${DEVICE}/lookup`, { user_code: typed }, ada);
    expect(shown.body).toMatchObject({ client_name: 'laptop.local' });
    expect(shown.body.requested_ip === null).toBe(door().name === 'socket');
    const choice = { user_code: typed, role_type: 'user' };
    const approved = await door().request('POST', `${DEVICE}/approve`, choice, ada);
    expect(approved.status).toBe(201);
    expect(approved.body).toMatchObject({ name: 'Signed in from laptop.local', role_type: 'user' });
    expect(approved.text).not.toContain('api_key"');
    const life = Date.parse(approved.body.expires_at) - door().clock.now();
    expect(Math.round(life / DAY_MS)).toBe(90);

    const given = await poll(device_code);
    expect(given).toEqual({
      status: 'approved',
      user_id: 1,
      email: ADMIN.email,
      role: 'user',
      api_key: expect.stringMatching(/^tk_/),
      key_prefix: approved.body.key_prefix,
      expires_at: approved.body.expires_at,
    });
    expect(await poll(device_code)).toEqual({ status: 'expired_token' });
    const program = as({ token: given.api_key });
    expect((await program('GET', '/projects')).status).toBe(200);
    expect((await program('GET', '/users')).status).toBe(403);
    expect((await door().owner('GET', '/api-keys')).text).not.toContain(given.api_key);
    const { text: audit } = await door().owner('GET', '/audit/logs');
    expect(audit).toContain('CLI_SIGN_IN_APPROVED');
    expect(audit).not.toContain(given.api_key);
    expect(audit).not.toContain(user_code);
  });

  it.each(['/auth/cli/logout', '//auth/cli/logout'])('signs it out by its own key: %s', async (path) => {
    const { device_code, user_code } = await start();
    const { body: key } = await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' });
    const program = as({ token: (await poll(device_code)).api_key });
    expect((await program('POST', path)).status).toBe(204);
    expect((await program('GET', '/projects')).body.error_code).toBe('invalid_credentials');
    expect((await door().owner('GET', `/api-keys/${key.id}`)).status).toBe(404);
  });

  it('ends nothing for who comes without a key', async () => {
    expect((await owner('/auth/cli/logout')).body.error_code).toBe('forbidden');
  });

  it('tells a program that it was denied', async () => {
    const { device_code, user_code } = await start();
    expect((await owner(`${DEVICE}/deny`, { user_code })).status).toBe(204);
    expect(await poll(device_code)).toEqual({ status: 'access_denied' });
    expect((await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' })).body.error_code).toBe(
      'not_found',
    );
  });

  it('names keys of one computer apart, and makes a name a stranger chose harmless', async () => {
    const names = [];
    for (const client_name of ['ci', 'ci', null, ' \u202e\u0007\n ', `${'x'.repeat(80)}`]) {
      const { user_code, device_code } = await start({ client_name });
      names.push((await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' })).body.name);
      await poll(device_code);
    }
    expect(names).toEqual([
      'Signed in from ci',
      'Signed in from ci (2)',
      'Signed in from an unnamed computer',
      'Signed in from an unnamed computer (2)',
      `Signed in from ${'x'.repeat(60)}`,
    ]);
  });

  it('lasts as long as was chosen, a year at most', async () => {
    const { user_code } = await start();
    const until = (days: number) => new Date(door().clock.now() + days * DAY_MS).toISOString();
    const approve = (fields: object) => owner(`${DEVICE}/approve`, { user_code, ...fields });
    for (const fields of [
      { role_type: 'reader', expires_at: until(400) },
      { role_type: 'reader', expires_at: until(-1) },
      { role_type: 'reader', expires_at: null },
      { role_type: 'root' },
      { role_type: 'reader', permissions: [] },
      {},
    ])
      expect((await approve(fields)).body.error_code, JSON.stringify(fields)).toBe('invalid_request');
    // What was refused used nothing up.
    const narrow = { role_type: 'user', permissions: ['projects:read'], expires_at: until(365) };
    expect((await approve(narrow)).body).toMatchObject({
      permissions: ['projects:read'],
      expires_at: narrow.expires_at,
    });
  });

  it('is forgotten after ten minutes', async () => {
    const { device_code, user_code } = await start();
    door().clock.advance(10 * 60_000);
    expect((await owner(`${DEVICE}/lookup`, { user_code })).status).toBe(404);
    expect(await poll(device_code)).toEqual({ status: 'expired_token' });
    expect(await poll('nonsense')).toEqual({ status: 'expired_token' });
  });
});
