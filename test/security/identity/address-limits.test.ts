import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymousFrom } from '../../../electron/instance/access/caller.ts';
import { ADMIN, openDoor, type TestDoor, type Who } from '../../api/harness.ts';

describe('a key that is limited to addresses', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let admin: Who;
  let count = 0;
  beforeAll(async () => {
    door = await openDoor('https');
    await door.owner('POST', '/projects', { name: 'shop' });
    admin = await door.signIn(ADMIN.email, ADMIN.password);
  });
  afterAll(() => door.stop());

  const next = () => {
    count += 1;
    return count;
  };
  const create = async (fields: object = {}, who?: Who) => {
    const body = { name: `key ${next()}`, role_type: 'admin', ...fields };
    return who
      ? await door.request('POST', '/api-keys', body, who)
      : await door.owner('POST', '/api-keys', body);
  };
  const createToken = (fields: object = {}) =>
    door.owner('POST', '/projects/shop/deployment-tokens', { name: `token ${next()}`, ...fields });
  /** As the HTTPS door does it for a connection from there; null is the socket. */
  const askFrom = async (ip: string | null, token: string, path = '/projects') => {
    const request = new Request(`http://localhost/api${path}`, {
      headers: { authorization: `Bearer ${token}`, host: 'localhost', 'x-forwarded-for': '10.1.2.3' },
    });
    const answer = await door.instance.fetch(request, anonymousFrom(ip));
    const body = await answer.json();
    return answer.ok ? 'works' : `${answer.status} ${(body as { error_code: string }).error_code}`;
  };
  const REFUSED = '403 address_not_allowed';

  it.each<[list: string[], inside: string[], outside: (string | null)[]]>([
    [
      ['10.0.0.0/8'],
      ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3', '::FFFF:0a01:0203'],
      ['11.0.0.0', '9.255.255.255', '::ffff:11.0.0.1', '::10.1.2.3', '127.0.0.1', '::1', null, 'fd00::a'],
    ],
    [['192.0.2.7'], ['192.0.2.7'], ['192.0.2.6', '192.0.2.8', 'nonsense', '']],
    [['::ffff:192.0.2.0/120'], ['192.0.2.9', '::ffff:192.0.2.9'], ['192.0.3.9']],
    [
      ['fd00::/8', '2001:db8::1'],
      ['fd12:3456::1%eth0', '2001:0DB8:0::0001'],
      ['fe80::1', '2001:db8::2', '10.0.0.1'],
    ],
    [['0.0.0.0/0'], ['203.0.113.9'], ['2001:db8::1']],
    [['127.0.0.1'], ['127.0.0.1'], ['::1', '127.0.0.2']],
  ])('of %j works from there and from nowhere else', async (allowed_from, inside, outside) => {
    const { api_key } = (await create({ allowed_from })).body;
    const { token } = (await createToken({ allowed_from })).body;
    for (const ip of inside) {
      expect(await askFrom(ip, api_key), ip).toBe('works');
      expect(await askFrom(ip, token, '/projects/shop'), ip).toBe('works');
    }
    for (const ip of outside) {
      if (ip === null && allowed_from[0] === '127.0.0.1') continue;
      expect(await askFrom(ip, api_key), String(ip)).toBe(REFUSED);
      expect(await askFrom(ip, token, '/projects/shop'), String(ip)).toBe(REFUSED);
    }
  });

  it('counts the socket as this machine, and believes no header', async () => {
    for (const [allowed_from, expected] of [
      [['127.0.0.1'], 'works'],
      [['::1'], 'works'],
      [['127.0.0.0/8', '10.0.0.0/8'], 'works'],
      [['10.1.2.3'], REFUSED],
    ] as const)
      expect(await askFrom(null, (await create({ allowed_from })).body.api_key)).toBe(expected);
    expect(await askFrom('127.0.0.1', (await create({ allowed_from: ['10.1.2.3'] })).body.api_key)).toBe(
      REFUSED,
    );
  });

  it('says from where it was refused, and a wrong one nothing of it', async () => {
    const made = (await create({ allowed_from: ['10.0.0.0/8'] })).body;
    const refused = await door.request('GET', '/projects', undefined, { token: made.api_key });
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      expect.stringMatching(/not be used from (127|::)/),
    ]);
    expect(refused.text).not.toContain('10.0.0.0');
    const wrong = `${made.api_key.slice(0, -1)}${made.api_key.endsWith('A') ? 'E' : 'A'}`;
    expect(await askFrom('203.0.113.9', wrong)).toBe('401 invalid_credentials');
    const [line] = (await door.owner('GET', '/audit/logs?operation_type=KEY_REFUSED')).body;
    expect(line.data).toMatchObject({
      reason: 'invalid_credentials',
      name: expect.stringContaining(made.name),
    });
    const [, before] = (await door.owner('GET', '/audit/logs?operation_type=KEY_REFUSED')).body;
    expect(before.data).toMatchObject({ reason: 'address_not_allowed' });
    expect((await door.owner('GET', `/api-keys/${made.id}`)).body.last_used_at).toBeNull();
  });

  it('holds what it made to its own addresses', async () => {
    const parent = (await create({ allowed_from: ['127.0.0.0/8', '::1'] })).body;
    const child = (await create({}, { token: parent.api_key })).body;
    const made = await door.request(
      'POST',
      '/projects/shop/deployment-tokens',
      { name: 'of the key' },
      {
        token: parent.api_key,
      },
    );
    for (const [ip, expected] of [
      ['127.0.0.1', 'works'],
      ['203.0.113.9', REFUSED],
    ] as const) {
      expect(await askFrom(ip, child.api_key)).toBe(expected);
      expect(await askFrom(ip, made.body.token, '/projects/shop')).toBe(expected);
    }
    // Once it is limited, so are those from before.
    const free = (await create()).body;
    const before = (await create({}, { token: free.api_key })).body;
    expect(await askFrom('203.0.113.9', before.api_key)).toBe('works');
    await door.owner('PUT', `/api-keys/${free.id}`, { allowed_from: ['10.0.0.0/8'] });
    expect(await askFrom('203.0.113.9', before.api_key)).toBe(REFUSED);
  });

  it.each([
    ['10.0.0.5/8', '10.0.0.5/8: it begins inside of its network, which is 10.0.0.0/8.'],
    ['10.0.0.0/33', '10.0.0.0/33: the length of its network is at most /32.'],
    ['fd00::/129', 'fd00::/129: the length of its network is at most /128.'],
    ['fd00::1/8', 'fd00::1/8: it begins inside of its network, which is fd00::/8.'],
    ['010.0.0.1', '010.0.0.1: not an IP address or a network like 192.168.1.0/24 or fd00::/8.'],
    ['10.0.0.1/', 'Entry 1: not an IP address or a network like 192.168.1.0/24 or fd00::/8.'],
    ['example.org', 'Entry 1: not an IP address or a network like 192.168.1.0/24 or fd00::/8.'],
    ['', 'Entry 1: not an IP address or a network like 192.168.1.0/24 or fd00::/8.'],
  ])('is not made with %s', async (entry, detail) => {
    for (const answer of [
      await create({ allowed_from: [entry] }),
      await createToken({ allowed_from: [entry] }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ detail, errors: { allowed_from: detail } });
    }
  });

  it('is not made with an empty list, and lists its addresses in one spelling', async () => {
    expect((await create({ allowed_from: [] })).body.error_code).toBe('invalid_request');
    const made = (await create({ allowed_from: ['10.0.0.1', '10.0.0.1/32', '2001:DB8:0:0::1'] })).body;
    expect(made.allowed_from).toEqual(['10.0.0.1/32', '2001:db8::1/128']);
    const listed = (await door.owner('GET', '/api-keys')).body.api_keys;
    expect(listed.find(({ id }: { id: number }) => id === made.id).allowed_from).toEqual(made.allowed_from);
    expect((await create()).body.allowed_from).toBeNull();
  });

  it('is changed by a person who confirmed, and by no key', async () => {
    const key = (await create({ allowed_from: ['127.0.0.0/8', '::1'] }, admin)).body;
    const token = (await createToken({ allowed_from: ['10.0.0.0/8'] })).body;
    const paths = [`/api-keys/${key.id}`, `/projects/shop/deployment-tokens/${token.id}`];
    const powerful = (await create()).body;
    for (const who of [{ token: key.api_key }, { token: powerful.api_key }])
      for (const path of paths)
        expect((await door.request('PUT', path, { allowed_from: null }, who)).status, path).toBe(403);
    door.clock.advance(6 * 60_000);
    for (const path of paths)
      expect((await door.request('PUT', path, { allowed_from: null }, admin)).body.error_code).toBe(
        'confirmation_required',
      );
    // What stays as it is, of one's own.
    expect(
      (await door.request('PUT', paths[0] as string, { allowed_from: key.allowed_from }, admin)).status,
    ).toBe(200);
    await door.request('POST', '/auth/confirm', { password: ADMIN.password }, admin);
    for (const path of paths) {
      const changed = await door.request('PUT', path, { allowed_from: ['203.0.113.0/24'] }, admin);
      expect([changed.status, changed.body.allowed_from]).toEqual([200, ['203.0.113.0/24']]);
    }
    expect(await askFrom('203.0.113.9', key.api_key)).toBe('works');
    expect(await askFrom('127.0.0.1', key.api_key)).toBe(REFUSED);
    const [line] = (await door.owner('GET', '/audit/logs?operation_type=API_KEY_LIMITED')).body;
    expect(line.data).toMatchObject({ allowed_from: ['203.0.113.0/24'] });
    for (const path of paths)
      expect((await door.request('PUT', path, { allowed_from: null }, admin)).body.allowed_from).toBeNull();
  });
});
