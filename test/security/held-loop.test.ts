import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymousFrom } from '../../electron/instance/access/caller.ts';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import { openDoor, type TestDoor } from '../api/harness.ts';
import { watchLoop } from '../event-loop.ts';

/** What fits into the 2 MiB of a request. */
const BODY_BYTES = 2 * 1024 * 1024 - 100;
const VALUE_BYTES = 6000;

/** A single request that would keep everyone else waiting for as long as it is worked on. */
describe('a request of much work', () => {
  let door: TestDoor & { stop(): Promise<void> };
  beforeAll(async () => {
    door = await openDoor('https');
    await door.owner('POST', '/projects', { name: 'shop' });
  });
  afterAll(() => door.stop());
  const send = (method: string, path: string, body: string, isOwner: boolean) => {
    const request = new Request(`http://localhost/api${path}`, {
      method,
      headers: { 'content-type': 'application/json', host: 'localhost' },
      body,
    });
    const caller = isOwner ? createOwner('window', door.clock.now()) : anonymousFrom('127.0.0.1');
    return door.instance.fetch(request, caller);
  };
  const repeat = (text: string, bytes: number) => text.repeat(bytes / text.length);

  it.each([
    ['empty lists', `[${repeat('[],', BODY_BYTES)}[]]`],
    ['numbers', `{"a":[${repeat('1,', BODY_BYTES)}1]}`],
    ['fields', `{${Array.from({ length: 150_000 }, (_, at) => `"k${at}":1`).join(',')}}`],
    ['commas in a text that is no JSON', repeat('1,', BODY_BYTES)],
  ])('is refused before it is parsed, whoever sends it: %s', async (_what, body) => {
    // Of the check alone: what parses them takes ten times as long.
    const usual = await watchLoop(() => send('POST', '/auth/login', `"${'x'.repeat(body.length)}"`, false));
    for (const [method, path, isOwner] of [
      ['POST', '/auth/login', false],
      ['POST', '/users', true],
      ['PATCH', '/projects/shop/deployment-config', true],
    ] as const) {
      const { result, heldMs } = await watchLoop(() => send(method, path, body, isOwner));
      const { error_code, detail } = (await result.json()) as { error_code: string; detail: string };
      expect([result.status, error_code, detail]).toEqual([
        413,
        'body_too_large',
        'A request may have at most 50,000 values.',
      ]);
      expect(heldMs, path).toBeLessThan(4 * usual.heldMs + 20);
    }
  });

  it('is none for its brackets and commas in texts', async () => {
    const variable = { key: 'TEXT', value: repeat('[,{,', 400_000), is_secret: false };
    expect((await send('POST', '/projects/shop/env-vars', JSON.stringify(variable), true)).status).toBe(201);
  });

  it.each<[string, string, object]>([
    [
      'roles',
      '/users',
      { email: 'a@example.org', password: 'long enough for it', roles: Array(11).fill('user') },
    ],
    [
      'permissions',
      '/api-keys',
      { name: 'a', role_type: 'custom', permissions: Array(101).fill('users:read') },
    ],
    [
      'environment_ids',
      '/projects/shop/env-vars',
      { key: 'A', value: '', environment_ids: Array(1001).fill(1) },
    ],
  ])('is refused for more %s than anyone has', async (field, path, body) => {
    const answer = await door.owner('POST', path, body);
    expect([answer.status, Object.keys(answer.body.errors)]).toEqual([400, [field]]);
  });

  it('is not one that creates a project with 300 values that look like addresses', async () => {
    const create = (name: string, value: string) => {
      const environment_variables = Array.from({ length: 300 }, (_, at) => [`A${at}`, value]);
      return watchLoop(() =>
        send('POST', '/projects', JSON.stringify({ name, environment_variables }), true),
      );
    };
    await create('warm', 'x');
    const usual = await create('usual', 'x'.repeat(VALUE_BYTES));
    const crafted = await create('crafted', repeat('a://b:', VALUE_BYTES));
    expect([usual.result.status, crafted.result.status]).toEqual([200, 200]);
    expect(crafted.heldMs).toBeLessThan(3 * usual.heldMs);
  });

  it('is not one that checks shares full of misspelt words', async () => {
    const check = (words: string) =>
      watchLoop(() =>
        send('POST', '/vault/shares/check', JSON.stringify({ shares: Array(16).fill(words) }), true),
      );
    const few = await check(Array(5).fill('zzqxvwq').join(' '));
    const many = await check(Array(59).fill('zzqxvwq').join(' '));
    const { shares } = (await many.result.json()) as { shares: { problems: { nearest: string[] }[] }[] };
    expect(shares[0]?.problems).toHaveLength(59);
    expect(shares[0]?.problems[4]?.nearest).toHaveLength(3);
    expect(many.heldMs).toBeLessThan(3 * few.heldMs + 20);
  });
});
