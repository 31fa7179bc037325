import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDoor, type TestAnswer, type TestDoor, type Who } from '../../api/harness.ts';
import { addPerson as invite } from '../../people.ts';

const PASSWORD = 'a long enough password';

type Send = (method: string, path: string, body?: unknown) => Promise<TestAnswer>;

/** What is of another project, or of none. */
const MARKS = /quarry|QUARRY|SHARED|noah/;

describe('the activity of a project', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let shop: number;
  let quarry: number;
  let manager: Send;
  let key: Send;
  const owner: Send = (...call) => door.owner(...call);
  const as =
    (who: Who): Send =>
    (method, path, body) =>
      door.request(method, path, body, who);
  async function addPerson(name: string, role = 'member') {
    const email = `${name}@example.org`;
    const { body } = await invite(owner, { email, name, password: PASSWORD, role });
    return { id: body.user.id as number, send: as(await door.signIn(email, PASSWORD)) };
  }
  const addVariable = (path: string, name: string, more: object = {}) =>
    owner('POST', path, { key: name, value: 'invented', is_secret: true, ...more });
  const show = async (send: Send, query = '', project: string | number = 'shop') =>
    (await send('GET', `/projects/${project}/activity${query}`)).body;
  const say = ({ sentence }: { sentence: { text: string }[] }) => sentence.map(({ text }) => text).join('');

  beforeAll(async () => {
    door = await openDoor('https');
    shop = (await owner('POST', '/projects', { name: 'shop' })).body.id;
    quarry = (await owner('POST', '/projects', { name: 'quarry' })).body.id;
    const mia = await addPerson('mia');
    const noah = await addPerson('noah');
    await owner('PUT', `/projects/${quarry}/members/${noah.id}`, { role: 'reader' });
    await owner('PUT', `/projects/${shop}/members/${mia.id}`, { role: 'manager' });
    manager = mia.send;
    const made = await manager('POST', '/api-keys', { name: 'of mia', role_type: 'member' });
    key = as({ token: made.body.api_key });
    await addVariable('/shared-variables', 'SHARED_SECRET');
    await owner('GET', '/shared-variables/SHARED_SECRET/value');
    for (const [project, name] of [
      ['shop', 'SHOP_SECRET'],
      ['quarry', 'QUARRY_SECRET'],
    ] as const) {
      await addVariable(`/projects/${project}/env-vars`, name);
      await owner('GET', `/projects/${project}/env-vars/${name}/value`);
      await owner('POST', `/projects/${project}/environments`, { name: `${project}-staging` });
      await owner('POST', `/projects/${project}/deployment-tokens`, { name: `${project}-token` });
      await owner('GET', `/projects/${project}/variables/export?environment=production`);
      await owner(
        'GET',
        `/projects/${project}/variables/comparison?environments=production,${project}-staging`,
      );
      await owner('DELETE', `/projects/${project}/environments/${project}-staging`);
    }
    await owner('PUT', `/projects/${shop}`, { name: 'shop', main_branch: 'next' });
  });
  afterAll(() => door.stop());

  it('is seen by who manages it, and by their program, in words and with who did it', async () => {
    for (const send of [manager, key]) {
      const { lines, next } = await show(send);
      expect(next).toBeNull();
      expect(lines.map(say)).toEqual([
        'Changed the project shop',
        'Deleted the environment shop-staging of shop',
        'Exported 1 variable of shop, production',
        'Created the deployment token shop-token',
        'Added the environment shop-staging of shop',
        'Revealed the value of SHOP_SECRET of shop',
        'Created SHOP_SECRET of shop',
        'Made mia manager of shop',
        'Created the project shop',
      ]);
      expect(lines[0].by).toMatchObject({ kind: 'owner', name: 'Owner of this machine' });
    }
  });

  it('has neither addresses nor what a line holds besides its sentence', async () => {
    const { lines } = await show(manager);
    for (const line of lines)
      expect(Object.keys(line).sort()).toEqual([
        'audit_date',
        'by',
        'id',
        'operation_type',
        'sentence',
        'title',
      ]);
    expect(JSON.stringify(lines)).not.toMatch(/127\.0\.0\.1|::1|secret_id|"ip/);
  });

  it('is left by no parameter', async () => {
    const all = (await show(manager)).lines;
    for (const query of [
      `?project_id=${quarry}`,
      `?project=${quarry}`,
      `?projectId=${quarry}`,
      '?project=quarry&search=QUARRY',
      '?search=QUARRY_SECRET',
      '?who=owner',
      '?operation_type=SIGNED_IN',
      `?before=${Number.MAX_SAFE_INTEGER}`,
      '?offset=3',
    ])
      expect((await show(manager, query)).lines, query).toEqual(all);
    for (const query of [
      '?limit=0',
      '?limit=1001',
      '?before=0',
      '?before=1%20OR%201=1',
      '?before=-1',
      '?before=1e99',
    ])
      expect((await manager('GET', `/projects/shop/activity${query}`)).status, query).toBe(400);
  });

  it('is read page by page to its end, and has nothing of others on the way', async () => {
    const all = (await show(manager)).lines;
    const paged = [];
    for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
      const { lines, next } = (await show(manager, `?limit=2&before=${before}`)) as {
        lines: unknown[];
        next: number | null;
      };
      paged.push(...lines);
      before = next;
    }
    expect(paged).toEqual(all);
    // From a line of another project on, too.
    for (let before = 1; before < 60; before += 1)
      expect(JSON.stringify(await show(manager, `?before=${before}`))).not.toMatch(MARKS);
  });

  it('has nothing of a project that had its name before, or has its number elsewhere', async () => {
    // Ids of other things that are the same number.
    for (let at = 0; at < 4; at++) await addVariable('/projects/quarry/env-vars', `QUARRY_${at}`);
    await owner('PUT', `/projects/${quarry}`, { name: 'stone' });
    await owner('PUT', `/projects/${shop}`, { name: 'quarry-shop' });
    const rows = (await show(manager, '', shop)).lines.map(say);
    expect(rows[0]).toBe('Changed the project quarry-shop');
    expect(rows.slice(1).join()).not.toMatch(MARKS);
    await owner('PUT', `/projects/${shop}`, { name: 'shop' });
  });

  it('is there for nobody else: not for editors, readers, tokens, other managers and strangers', async () => {
    const { id: editorId, send: editor } = await addPerson('ed');
    await owner('PUT', `/projects/${shop}/members/${editorId}`, { role: 'editor' });
    const { send: user } = await addPerson('uma', 'user');
    const token = (await owner('POST', '/projects/shop/deployment-tokens', { name: 'ci' })).body.token;
    for (const send of [editor, user, as({ token })])
      expect((await send('GET', '/projects/shop/activity')).status).toBe(403);
    for (const send of [manager, key, editor, as({ token })])
      for (const project of ['quarry', quarry, 'nothing'])
        expect([404, 403]).toContain((await send('GET', `/projects/${project}/activity`)).status);
    expect((await manager('GET', `/projects/${quarry}/activity`)).body).toMatchObject({
      error_code: 'not_found',
      detail: (await manager('GET', '/projects/nothing/activity')).body.detail,
    });
    expect((await manager('GET', '/audit/logs')).status).toBe(403);
    expect((await as({})('GET', '/projects/shop/activity')).status).toBe(401);
  });

  it('is over with the role', async () => {
    const { id, send } = await addPerson('max');
    await owner('PUT', `/projects/${shop}/members/${id}`, { role: 'manager' });
    expect((await send('GET', '/projects/shop/activity')).status).toBe(200);
    await owner('PUT', `/projects/${shop}/members/${id}`, { role: 'editor' });
    expect((await send('GET', '/projects/shop/activity')).status).toBe(403);
    await owner('DELETE', `/projects/${shop}/members/${id}`);
    expect((await send('GET', '/projects/shop/activity')).status).toBe(404);
  });

  it('has for the owner what it has for managers', async () => {
    expect((await show(owner)).lines).toEqual((await show(manager)).lines);
  });
});
