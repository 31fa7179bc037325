import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDoor, type TestDoor, type Who } from '../api/harness.ts';

const SECRET = 'canary-of-the-secret';
const PLAIN = 'canary of the plain one';

/**
 * What someone may write and not read tells them nothing: whatever they guess, right or wrong, everything that they
 * see, and everything that is written, is the same.
 */
describe('someone who may write values and not read them', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let writer: Who;
  let seeing: Who;
  beforeEach(begin);
  afterEach(() => door.stop());

  async function begin(): Promise<void> {
    door = await openDoor('https');
    await owner('POST', '/projects', { name: 'shop' });
    await owner('POST', '/projects/shop/env-vars', { key: 'API_TOKEN', value: SECRET, is_secret: true });
    await owner('POST', '/projects/shop/env-vars', { key: 'GREETING', value: PLAIN, is_secret: false });
    writer = await makeKey('writer', ['environments:write', 'environments:delete']);
    // Sees names, versions, times, histories and plain values, and no secret.
    seeing = await makeKey('seeing', ['environments:write', 'environments:delete', 'environments:read']);
  }
  const owner = (method: string, path: string, body?: unknown) => door.owner(method, path, body);
  async function makeKey(name: string, permissions: string[]): Promise<Who> {
    const made = await owner('POST', '/api-keys', { name, role_type: 'custom', permissions });
    return { token: made.body.api_key as string };
  }
  const importAs = (who: Who, text: string, more: object = {}) =>
    door.request(
      'POST',
      '/projects/shop/variables/import',
      { content_base64: Buffer.from(text).toString('base64'), ...more },
      who,
    );
  const find = async (key: string) =>
    ((await owner('GET', '/projects/shop/env-vars')).body as Record<string, unknown>[]).find(
      (variable) => variable.key === key,
    ) as { id: number; version: number } & Record<string, unknown>;

  /**
   * Everything there is to see: the answer, the variables, their histories, the log, the secrets. Ids, times,
   * fingerprints of the key and the values themselves are left out: those differ between any two instances.
   */
  async function look(answer: { status: number; body: unknown }, guess: string): Promise<string> {
    const variables = (await owner('GET', '/projects/shop/env-vars')).body as { id: number }[];
    const histories = [];
    for (const { id } of variables)
      histories.push((await owner('GET', `/projects/shop/env-vars/${id}/history`)).body);
    const log = await owner('GET', '/audit/logs?limit=5');
    expect(log.status).toBe(200);
    const vault = (await owner('GET', '/vault/secrets')).body;
    const all = JSON.stringify({
      answer: [answer.status, answer.body],
      variables,
      histories,
      log: log.body,
      vault,
    });
    return all
      .replaceAll(guess, 'VALUE')
      .replaceAll(PLAIN, 'VALUE')
      .replaceAll(
        /"(id|[a-z_]+_id|[a-z_]*_at|audit_date|key_fingerprint)":("[^"]*"|-?[\d.]+|null)/g,
        '"$1":0',
      )
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID');
  }

  /** Does it with a right guess and with a wrong one, each in an instance of its own, and compares all there is to see. */
  async function expectSame(
    right: string,
    act: (guess: string) => Promise<{ status: number; body: unknown }>,
  ): Promise<string> {
    const seen = await look(await act(right), right);
    await door.stop();
    await begin();
    const wrong = right.replace('canary', 'wrong1');
    expect(await look(await act(wrong), wrong)).toBe(seen);
    return seen;
  }

  it.each([
    ['a secret, imported', SECRET, 'API_TOKEN', {}],
    ['a secret, in a dry run', SECRET, 'API_TOKEN', { dry_run: true }],
    ['a secret, with the rest removed', SECRET, 'API_TOKEN', { mode: 'replace' }],
    ['a secret, said to be one', SECRET, 'API_TOKEN', { secret: 'all' }],
    ['a secret, among lines that are none', SECRET, 'API_TOKEN', { on_error: 'collect' }],
    ['a plain value, imported', PLAIN, 'GREETING', {}],
    ['a plain value, in a dry run', PLAIN, 'GREETING', { dry_run: true }],
    ['a plain value, said to be one', PLAIN, 'GREETING', { secret: 'none' }],
  ])('learns nothing from a guess of %s', async (_what, value, key, more) => {
    const seen = await expectSame(value, (guess) => importAs(writer, `${key}=${guess}\n`, more));
    expect(seen).toContain('"unchanged":[]');
  });

  it('learns nothing from importing a secret when plain values may be read', async () => {
    await expectSame(SECRET, (guess) => importAs(seeing, `API_TOKEN=${guess}\n`));
  });

  it('learns nothing from setting a secret when plain values may be read', async () => {
    await expectSame(SECRET, async (guess) => {
      const { id } = await find('API_TOKEN');
      return door.request('PUT', `/projects/shop/env-vars/${id}`, { value: guess }, seeing);
    });
  });

  it.each([
    ['a copy', {}],
    ['a copy that is only tried', { dry_run: true }],
  ])('learns nothing from a guess put in another environment, by %s', async (_what, more) => {
    const seen = await expectSame(SECRET, async (guess) => {
      await owner('POST', '/projects/shop/environments', { name: 'staging' });
      const { id } = (await owner('GET', '/projects/shop/environments/staging')).body;
      const body = { key: 'API_TOKEN', value: guess, is_secret: true, environment_ids: [id] };
      expect((await door.request('POST', '/projects/shop/env-vars', body, seeing)).status).toBe(201);
      const copy = { from: 'production', to: 'staging', conflicts: 'replace', ...more };
      return door.request('POST', '/projects/shop/variables/copy', copy, seeing);
    });
    expect(seen).toContain('"unchanged":[]');
  });

  it('learns nothing by comparing a guess with a secret of another environment', async () => {
    const seen = await expectSame(SECRET, async (guess) => {
      await owner('POST', '/projects/shop/environments', { name: 'staging' });
      const { id } = (await owner('GET', '/projects/shop/environments/staging')).body;
      const body = { key: 'API_TOKEN', value: guess, is_secret: false, environment_ids: [id] };
      await door.request('POST', '/projects/shop/env-vars', body, seeing);
      return door.request('GET', '/projects/shop/variables/comparison', undefined, seeing);
    });
    expect(seen).toContain('"values":"not_compared"');
  });

  it.each([
    ['a secret', SECRET, 'API_TOKEN'],
    ['a plain value', PLAIN, 'GREETING'],
  ])('learns nothing by setting %s itself', async (_what, value, key) => {
    const seen = await expectSame(value, async (guess) => {
      const { id } = await find(key);
      return door.request('PUT', `/projects/shop/env-vars/${id}`, { value: guess }, writer);
    });
    expect(seen).toContain('"version":2');
  });

  it('whose value looks like a secret learns nothing from what becomes of a plain one', async () => {
    await owner('PUT', `/projects/shop/env-vars/${(await find('GREETING')).id}`, {
      value: 'ghp_canary0000000',
    });
    const item = async (text: string) =>
      (await importAs(writer, text, { dry_run: true })).body.changed[0] as Record<string, unknown>;
    const right = await item('GREETING=ghp_canary0000000\n');
    expect(await item('GREETING=ghp_wrong00000000\n')).toEqual(right);
    expect(right).toMatchObject({ is_secret: true, value: null, old_value: null });
  });

  it('is shown no plain value in any answer to a change', async () => {
    const { id } = await find('GREETING');
    const path = `/projects/shop/env-vars/${id}`;
    const answers = [
      await door.request('PUT', path, { include_in_preview: true }, writer),
      await door.request('PUT', path, { include_in_preview: false, expected_updated_at: 1 }, writer),
      await door.request('POST', `${path}/revert`, { version: 1 }, writer),
      await door.request('POST', `${path}/revert`, { version: 1, expected_updated_at: 1 }, writer),
      await door.request(
        'POST',
        '/projects/shop/env-vars/bulk',
        { action: 'delete', ids: [id], expected_updated_at: { [id]: 1 } },
        writer,
      ),
    ];
    // Who may read is shown it.
    expect((await door.request('PUT', path, { include_in_preview: true }, seeing)).body.value).toBe(PLAIN);
    for (const more of [{ dry_run: true }, {}])
      answers.push(await importAs(writer, 'OTHER=1\n', { mode: 'replace', ...more }));
    expect(answers.map(({ status }) => status)).toEqual([200, 409, 200, 409, 409, 200, 200]);
    expect(answers.at(-1)?.body.removed).toMatchObject([
      { key: 'API_TOKEN', old_value: null },
      { key: 'GREETING', old_value: null },
    ]);
    for (const { text } of answers) expect(text).not.toContain('canary');
    expect(answers[0]?.body.value).toBeNull();
  });

  it('learns by no version whether an earlier value was the same', async () => {
    const { id } = await find('GREETING');
    await owner('PUT', `/projects/shop/env-vars/${id}`, { value: 'another' });
    await owner('PUT', `/projects/shop/env-vars/${id}`, { value: PLAIN });
    const revert = async (version: number) =>
      (await door.request('POST', `/projects/shop/env-vars/${id}/revert`, { version }, writer)).body.version;
    expect([await revert(1), await revert(2), await revert(2)]).toEqual([4, 5, 6]);
  });

  it('learns nothing of what secrets refer to', async () => {
    const { id } = await find('API_TOKEN');
    const path = `/projects/shop/env-vars/${id}`;
    await owner('PUT', path, { value: '${{HIDDEN_NAME}}', allow_unresolved: true });
    await owner('PUT', path, { value: '${{GUESSED}}', allow_unresolved: true });
    for (const who of [writer, seeing]) {
      // It would be a circle, and what is missing would be named.
      const made = await door.request(
        'POST',
        '/projects/shop/env-vars',
        { key: 'GUESSED', value: '${{API_TOKEN}}', is_secret: true },
        who,
      );
      expect(made.status).toBe(201);
      const imported = await importAs(who, 'GUESSED=${{API_TOKEN}}\n', { dry_run: true });
      expect(imported.body.warnings).toEqual([]);
      const guessed = await find('GUESSED');
      const uses = await door.request(
        'GET',
        `/projects/shop/env-vars/${guessed.id}/used-by`,
        undefined,
        seeing,
      );
      expect(uses.body).toEqual({ used_by: [], unread: 1 });
      const reverted = await door.request('POST', `${path}/revert`, { version: 2 }, who);
      expect(reverted.status).toBe(200);
      expect(reverted.text).not.toContain('HIDDEN_NAME');
      for (const rename of [
        {},
        { key: 'RENAMED', references: 'keep' },
        { key: 'API_TOKEN', references: 'keep' },
      ]) {
        const edited = await door.request('PUT', path, { value_of_version: 2, ...rename }, who);
        expect(edited.status).toBe(200);
        expect(edited.text).not.toContain('HIDDEN_NAME');
      }
      await owner('DELETE', `/projects/shop/env-vars/${guessed.id}`);
      await owner('PUT', path, { value: '${{GUESSED}}', allow_unresolved: true });
    }
    // Who may reveal it is told: it would never resolve.
    const refused = await owner('POST', '/projects/shop/env-vars', {
      key: 'GUESSED',
      value: '${{API_TOKEN}}',
      is_secret: true,
    });
    expect(refused.body.error_code).toBe('reference_cycle');
  });

  it('opens no secret to compare it: the time of its last use stays', async () => {
    const before = await find('API_TOKEN');
    door.clock.advance(60_000);
    for (const guess of [SECRET, 'wrong']) await importAs(writer, `API_TOKEN=${guess}\n`, { dry_run: true });
    expect((await find('API_TOKEN')).last_used_at).toBe(before.last_used_at);
  });
});
