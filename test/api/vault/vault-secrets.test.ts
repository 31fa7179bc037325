import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { secretsPageShape } from '../../../electron/instance/vault/secrets/secret-shapes.ts';
import { ADMIN, describeOverDoors, type Who } from '../harness.ts';

interface Listed {
  id: string;
  kind: string;
  group: string;
  check: string;
  state: string;
  epoch: number | null;
  owner: { title: string; name: string; belongs_to: string; path: string | null } | null;
}

describeOverDoors('the list of secrets', (door) => {
  let who: Who;
  const list = async (query = '') => {
    const { status, body } = await door().request('GET', `/vault/secrets${query}`, undefined, who);
    expect(status).toBe(200);
    expect(secretsPageShape.parse(body)).toEqual(body);
    return body as { secrets: Listed[]; total: number; failing: number; counts: Record<string, number> };
  };
  const checkOf = async (title: string) =>
    (await list(`?search=${encodeURIComponent(title)}`)).secrets.map(({ check }) => check);
  const runDoctor = () => door().owner('POST', '/vault/doctor?wait=true');

  it('groups what is sealed, counts every group, and pages', async () => {
    who = door().name === 'socket' ? {} : await door().signIn(ADMIN.email, ADMIN.password);
    await door().owner('POST', '/projects', { name: 'shop' });
    for (const key of ['ALPHA', 'BETA', 'GAMMA'])
      await door().owner('POST', '/projects/shop/env-vars', { key, value: `${key} value`, is_secret: true });
    await door().owner('POST', '/api-keys', { name: 'nightly', role_type: 'reader' });
    const whole = await list();
    expect(whole.counts).toEqual({
      all: whole.total,
      variables: 3,
      tls: 2,
      sign_in: 0,
      access: 1,
      connections: 0,
    });
    expect(whole.secrets.map(({ id }) => id)).toEqual(whole.secrets.map(({ id }) => id).sort());
    expect(whole.secrets.every(({ epoch, check }) => epoch === 1 && check === 'unchecked')).toBe(true);
    const variables = await list('?group=variables');
    expect(variables.total).toBe(3);
    expect(new Set(variables.secrets.map(({ kind, group }) => `${kind} ${group}`))).toEqual(
      new Set(['env_var variables']),
    );
    expect((await list('?group=access&kind=api_key')).secrets).toMatchObject([
      { kind: 'api_key', owner: { title: expect.stringContaining('nightly') } },
    ]);
    expect((await list('?group=access&kind=env_var')).total).toBe(0);
    const pages = [
      await list('?group=variables&per_page=2'),
      await list('?group=variables&per_page=2&page=2'),
    ];
    expect(pages.flatMap(({ secrets }) => secrets)).toEqual(variables.secrets);
    expect((await door().request('GET', '/vault/secrets?group=everything', undefined, who)).status).toBe(400);
  });

  it('finds the words of owners, in any case, and the older versions of a variable as such', async () => {
    expect((await list('?search=beta')).secrets.map(({ owner }) => owner?.title)).toEqual([
      'BETA of shop (production)',
    ]);
    expect((await list('?search=SHOP%20gam')).total).toBe(1);
    expect((await list('?search=/projects/shop')).total).toBe(3);
    expect((await list('?search=value')).total).toBe(0);
    expect((await list('?search=%25')).total).toBe(0);
    expect((await list('?search=nightly&group=variables')).total).toBe(0);
    const [{ id }] = (await door().owner('GET', '/projects/shop/env-vars')).body.filter(
      ({ key }: { key: string }) => key === 'GAMMA',
    );
    await door().owner('PUT', `/projects/shop/env-vars/${id}`, { value: 'gamma again' });
    expect((await list('?search=gamma%20history')).secrets.map(({ owner }) => owner?.title)).toEqual([
      'GAMMA of shop (production), version 1 in its history',
    ]);
    expect((await list('?search=gamma&per_page=1&page=2')).secrets).toHaveLength(1);
  });

  it('says what each is, whose, and where in the console', async () => {
    const owners = (await list('?per_page=1000')).secrets.map(({ owner }) => owner);
    for (const [name, belongs_to, path] of [
      ['ALPHA', 'shop, production', '/projects/shop'],
      ['GAMMA, version 1', 'shop, production', '/projects/shop'],
      ['nightly', 'API keys', '/people/keys'],
      ['HTTPS certificate', 'This instance', null],
    ])
      expect(owners).toContainEqual(expect.objectContaining({ name, belongs_to, path }));
    expect((await list('?search=keys%20nightly')).total).toBe(1);
  });

  it('says what the doctor saw, and nothing of what changed since', async () => {
    await runDoctor();
    expect(new Set((await list()).secrets.map(({ check }) => check))).toEqual(new Set(['opens']));
    door().clock.advance(1000);
    await door().owner('POST', '/projects/shop/env-vars', { key: 'DELTA', value: 'later', is_secret: true });
    expect(await checkOf('DELTA')).toEqual(['unchecked']);
    expect(await checkOf('ALPHA')).toEqual(['opens']);
  });

  it('claims nothing from a run that had no keys', async () => {
    await door().owner('POST', '/vault/lock');
    expect(new Set((await list()).secrets.map(({ check }) => check))).toEqual(new Set(['locked']));
    await runDoctor();
    await door().owner('POST', '/vault/unlock', { method: 'custody' });
    expect(new Set((await list()).secrets.map(({ check }) => check))).toEqual(new Set(['unchecked']));
    await runDoctor();
    expect(await checkOf('ALPHA')).toEqual(['opens']);
  });

  it('puts what does not open first, damaged or under a key that is not there', async () => {
    const database = new Database(join(door().dataDir, 'temps.db'));
    const change = (title: string, sealed: string) =>
      database
        .prepare(
          `UPDATE secrets SET sealed = ${sealed} WHERE id IN (SELECT secret_id FROM env_vars WHERE key = ?)`,
        )
        .run(title);
    change(
      'BETA',
      "CAST(substr(sealed, 1, length(sealed) - 1) || (CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END) AS BLOB)",
    );
    change('DELTA', "CAST(substr(sealed, 1, 1) || x'0000000000000000' || substr(sealed, 10) AS BLOB)");
    database.close();
    // Seen at once by the key it names; damage only by trying.
    expect((await list()).secrets[0]).toMatchObject({
      check: 'does_not_open',
      state: 'unreadable',
      epoch: null,
    });
    expect(await checkOf('BETA')).toEqual(['opens']);
    expect((await list()).failing).toBe(1);
    await runDoctor();
    const whole = await list();
    expect(whole.failing).toBe(2);
    expect((await list('?group=tls')).failing).toBe(2);
    expect(whole.secrets.map(({ check }) => check).slice(0, 3)).toEqual([
      'does_not_open',
      'does_not_open',
      'opens',
    ]);
    const titles = (secrets: Listed[]) => secrets.map(({ owner }) => owner?.title.split(' ')[0]).sort();
    expect(titles(whole.secrets.slice(0, 2))).toEqual(['BETA', 'DELTA']);
    expect(titles((await list('?search=shop')).secrets.slice(0, 2))).toEqual(['BETA', 'DELTA']);
    const paged: Listed[] = [];
    for (let page = 1; page <= whole.total; page++)
      paged.push(...(await list(`?per_page=1&page=${page}`)).secrets);
    expect(paged).toEqual(whole.secrets);
    expect((await list('?group=tls')).secrets.map(({ check }) => check)).toEqual(['opens', 'opens']);
    door().clock.advance(1000);
    const [beta] = (await door().owner('GET', '/projects/shop/env-vars')).body.filter(
      ({ key }: { key: string }) => key === 'BETA',
    );
    await door().owner('PUT', `/projects/shop/env-vars/${beta.id}`, { value: 'typed again' });
    // Set anew, its damaged version is gone with what nobody could read any more.
    expect((await list('?search=beta')).secrets.map(({ check }) => check)).toEqual(['unchecked']);
    await door().owner('POST', '/vault/lock');
    expect((await list()).failing).toBe(0);
  });
});
