import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDoor, type TestAnswer, type TestDoor, type Who } from '../../api/harness.ts';
import { addPerson as invite } from '../../people.ts';

const PASSWORD = 'a long enough password';
const MINUTE_MS = 60_000;

type Send = (method: string, path: string, body?: unknown) => Promise<TestAnswer>;

/** What must be told to nobody without a role in it. */
const MARKS = /quarry|QUARRY/;

describe('people with roles in projects', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let names = 0;
  const unique = (name: string) => `${name}${++names}`;
  const owner: Send = (...call) => door.owner(...call);
  const as =
    (who: Who): Send =>
    (method, path, body) =>
      door.request(method, path, body, who);
  /** An account that just signed in, and so has confirmed who it is. */
  async function addPerson(role: string, name = unique(role)) {
    const email = `${name}@example.org`;
    const { body } = await invite(owner, { email, name, password: PASSWORD, role });
    const signIn = async () => as(await door.signIn(email, PASSWORD));
    return { id: body.user.id as number, email, signIn, send: await signIn() };
  }
  async function addProject(name = unique('project')) {
    const { id } = (await owner('POST', '/projects', { name })).body;
    return id as number;
  }
  const give = (project: number | string, user: number | string, role: string, send: Send = owner) =>
    send('PUT', `/projects/${project}/members/${user}`, { role });
  const makeKey = async (send: Send, fields: object = {}) => {
    const answer = await send('POST', '/api-keys', { name: unique('key'), role_type: 'member', ...fields });
    return { answer, id: answer.body.id as number, send: as({ token: answer.body.api_key }) };
  };
  const setVariable = async (project: number | string, key: string, value: string, isSecret = true) =>
    (
      await owner('POST', `/projects/${project}/env-vars`, {
        key,
        value,
        is_secret: isSecret,
        allow_unresolved: true,
      })
    ).body;

  beforeAll(async () => {
    door = await openDoor('https');
  });
  afterAll(() => door.stop());

  describe('and none in this one', () => {
    let quarry: number;
    let variable: number;
    let trashId: number;
    let mia: Awaited<ReturnType<typeof addPerson>>;
    let callers: [string, Send][];
    beforeAll(async () => {
      quarry = await addProject('quarry');
      await owner('POST', '/projects/quarry/environments', { name: 'quarry-staging' });
      await setVariable(quarry, 'QUARRY_SECRET', 'quarry-value');
      variable = (await setVariable(quarry, 'QUARRY_PASSWORD', 'quarry-plain-Zq8!x', false)).id;
      await owner('PUT', `/projects/quarry/env-vars/${variable}`, { expires_at: door.clock.now() + 1000 });
      const gone = await setVariable(quarry, 'QUARRY_GONE', 'quarry-gone');
      await owner('DELETE', `/projects/quarry/env-vars/${gone.id}`);
      trashId = (await owner('GET', '/trash')).body[0].id;
      await owner('POST', '/projects/quarry/deployment-tokens', { name: 'quarry-token' });
      await owner('POST', '/shared-variables', {
        key: 'QUARRY_SHARED',
        value: 'quarry-shared',
        is_secret: true,
      });
      mia = await addPerson('member', 'mia');
      const shop = await addProject('shop');
      await give(shop, mia.id, 'manager');
      await setVariable(shop, 'OWN', 'own', false);
      const key = await makeKey(mia.send);
      expect(key.answer.status).toBe(201);
      const nobody = await addPerson('member', 'noah');
      callers = [
        ['a manager of another project', mia.send],
        ['their key', key.send],
        ['a member without any role', nobody.send],
      ];
    });

    it('is no such project to them, at every route that has one in its path', async () => {
      const { paths } = (await owner('GET', '/openapi.json')).body;
      const routes = Object.entries(
        paths as Record<string, Record<string, { requestBody?: object }>>,
      ).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { requestBody }]) => ({ method, path, requestBody })),
      );
      const inProjects = routes.filter(({ path }) => path.includes('{project}'));
      expect(inProjects.length).toBeGreaterThan(30);
      const wrong: string[] = [];
      for (const { method, path, requestBody } of inProjects) {
        const fill = (project: string) =>
          path
            .replace('{project}', project)
            .replace('{environment}', 'production')
            .replace('{key}', 'QUARRY_SECRET')
            .replace('{user}', 'mia@example.org')
            .replaceAll(/\{\w+\}/g, String(variable));
        for (const [who, send] of callers)
          for (const project of ['quarry', String(quarry)]) {
            const body = requestBody === undefined ? undefined : {};
            const answers = [
              await send(method.toUpperCase(), fill(project), body),
              await send(method.toUpperCase(), fill('nothing'), body),
            ];
            const [there, nowhere] = answers.map(({ status, body: { error_code, title, detail } }) =>
              JSON.stringify([status, error_code, title, detail]),
            );
            if (there !== nowhere || answers[0]?.status !== 404)
              wrong.push(`${method} ${fill(project)} as ${who}: ${there}, not ${nowhere}`);
          }
      }
      expect(wrong).toEqual([]);
    });

    it('is in no answer of any other route, whoever of them asks', async () => {
      const { paths } = (await owner('GET', '/openapi.json')).body;
      const wrong: string[] = [];
      let answered = 0;
      for (const [path, methods] of Object.entries(paths as Record<string, object>)) {
        if (!('get' in methods) || path.includes('{project}') || path === '/events') continue;
        for (const id of [variable, trashId, quarry])
          for (const [who, send] of callers) {
            const asked = path.replaceAll(/\{\w+\}/g, String(id));
            const query =
              path === '/search' ? '?q=quarry' : path === '/ending-variables' ? '?within_days=3000' : '';
            const answer = await send('GET', `${asked}${query}`);
            if (answer.status === 200) answered += 1;
            if (MARKS.test(answer.text)) wrong.push(`GET ${asked} as ${who}: ${answer.text.slice(0, 200)}`);
          }
      }
      expect(wrong).toEqual([]);
      expect(answered).toBeGreaterThan(20);
    });

    it('is in no count, and found by no filter', async () => {
      for (const [, send] of callers.slice(0, 2)) {
        expect((await send('GET', '/projects')).body).toMatchObject({
          total: 1,
          projects: [{ slug: 'shop' }],
        });
        expect((await send('GET', '/projects/statistics')).body).toEqual({ total_count: 1 });
        expect((await send('GET', `/trash?project_id=${quarry}`)).body).toEqual([]);
        expect((await send('GET', '/search?q=OWN')).body.results).toHaveLength(1);
        expect((await send('GET', '/plain-secrets')).body).toEqual({ variables: [], has_more: false });
        expect((await send('GET', '/ending-variables?within_days=3000')).body.variables).toEqual([]);
      }
      const [, , nobody] = callers;
      expect((await nobody?.[1]('GET', '/projects'))?.body).toMatchObject({ total: 0, projects: [] });
    });

    it('is not changed by ids of what is in it', async () => {
      for (const [, send] of callers) {
        expect((await send('POST', `/trash/${trashId}/restore`, {})).status).toBe(404);
        expect((await send('DELETE', `/trash/${trashId}`)).status).toBe(404);
        for (const [path, answer] of [
          ['encrypt', { encrypted: 0 }],
          ['leave', { left: 0 }],
          ['ask-again', { asked_again: 0 }],
        ] as const)
          expect((await send('POST', `/plain-secrets/${path}`, { ids: [variable] })).body).toEqual(answer);
        for (const path of [
          `/secret-reads/variables/${variable}`,
          '/audit/logs',
          '/audit/export',
          '/vault/secrets',
        ])
          expect((await send('GET', path)).status, path).toBe(403);
        // By the way of their own project.
        for (const path of [`env-vars/${variable}/history`, 'env-vars/QUARRY_SECRET/value'])
          expect((await send('GET', `/projects/shop/${path}`)).status, path).toBe(404);
      }
      expect((await owner('GET', '/plain-secrets')).body.variables).toHaveLength(1);
      expect((await owner('GET', '/trash')).body).toHaveLength(1);
    });

    it('is not told of by its name being taken', async () => {
      for (const change of [{ name: 'quarry' }, { name: 'free' }, { slug: 'quarry' }])
        for (const path of ['/projects/shop/settings', '/projects/shop/git']) {
          const answer = await mia.send('POST', path, change);
          expect([answer.status, answer.body.error_code]).toEqual([403, 'forbidden']);
        }
      expect((await mia.send('PUT', '/projects/shop', { name: 'quarry' })).status).toBe(403);
      expect((await mia.send('POST', '/projects', { name: 'quarry' })).status).toBe(403);
      // The same name is no new one.
      expect((await mia.send('PUT', '/projects/shop', { name: 'shop', main_branch: 'next' })).status).toBe(
        200,
      );
    });

    it('gives them no shared variable: neither its name nor, by a reference, its value', async () => {
      expect((await mia.send('GET', '/shared-variables')).status).toBe(403);
      const path = '/projects/shop/env-vars';
      const refusals = new Set<string>();
      for (const name of ['QUARRY_SHARED', 'MISSING'])
        for (const allow_unresolved of [true, false]) {
          const value = `x${`\${{shared.${name}}}`}`;
          const created = await mia.send('POST', path, { key: unique('REF'), value, allow_unresolved });
          refusals.add(`${created.status} ${created.body.detail.replace(name, 'NAME')}`);
        }
      expect([...refusals]).toEqual([
        '403 This refers to shared.NAME, which nothing in this project does yet. Only who has every project may begin to.',
      ]);
      const own = (await mia.send('GET', path)).body[0].id;
      const value = `\${{ shared.QUARRY_SHARED }}`;
      const content_base64 = Buffer.from(`OWN='${value}'\nNEW='${value}'\n`).toString('base64');
      const attempts = [
        await mia.send('PUT', `${path}/${own}`, { value, allow_unresolved: true }),
        await mia.send('PUT', `${path}/${own}`, {
          value,
          key: 'RENAMED',
          references: 'keep',
          allow_unresolved: true,
        }),
        await mia.send('POST', '/projects/shop/variables/import', { content_base64 }),
        await mia.send('POST', '/projects/shop/variables/import', {
          content_base64,
          only: ['NEW'],
          dry_run: true,
        }),
      ];
      expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
      // What the project was given it has, and what was taken from it does not come back by its history.
      const given = await setVariable('shop', 'GIVEN', value, false);
      expect((await mia.send('POST', path, { key: 'AGAIN', value })).status).toBe(201);
      const { body: resolved } = await mia.send('GET', '/projects/shop/variables/resolved');
      expect(resolved.variables).toContainEqual({ key: 'AGAIN', value: 'quarry-shared', is_secret: true });
      for (const key of ['AGAIN', 'GIVEN']) {
        const { id } = (await owner('GET', path)).body.find((each: { key: string }) => each.key === key);
        await owner('PUT', `${path}/${id}`, { value: 'none' });
      }
      expect(
        (await mia.send('POST', `${path}/${given.id}/revert`, { version: 1, allow_unresolved: true })).status,
      ).toBe(403);
    });
  });

  it('bring back no reference to a shared variable that was taken from the project, by whichever way it was', async () => {
    const project = await addProject();
    const path = `/projects/${project}`;
    const mia = await addPerson('member');
    await give(project, mia.id, 'manager');
    const hiding = await makeKey(mia.send, { hide_secrets: true });
    await owner('POST', '/shared-variables', { key: 'TAKEN', value: 'taken-value', is_secret: true });
    await owner('POST', `${path}/environments`, { name: 'staging' });
    const listed = async (send = owner) => (await send('GET', `${path}/env-vars`)).body as Variable[];
    interface Variable {
      id: number;
      key: string;
      environments: { name: string }[];
    }
    const environments = (await owner('GET', `${path}/environments`)).body as { id: number; name: string }[];
    const find = async (key: string, environment = 'production') =>
      (await listed()).find(
        (known) => known.key === key && known.environments.some(({ name }) => name === environment),
      ) as Variable;
    const idOf = (name: string) => environments.find((known) => known.name === name)?.id as number;
    const set = async (key: string, value: string, environment = 'production') =>
      (
        await owner('POST', `${path}/env-vars`, {
          ...{ key, value, is_secret: true, environment_ids: [idOf(environment)] },
        })
      ).body as Variable;
    const importText = (text: string, more: object = {}) =>
      owner('POST', `${path}/variables/import`, {
        ...{ content_base64: Buffer.from(text).toString('base64'), secret: 'all', ...more },
      });
    const restoreLast = async (send: Send) => {
      const [{ id }] = (await owner('GET', '/trash')).body;
      return await send('POST', `/trash/${id}/restore`, {});
    };
    const undo = (send: Send, more: object = {}) =>
      send('POST', `${path}/variables/import/undo`, { ...more });
    const reference = `a\${{ shared.TAKEN }}`;

    const ways: Record<string, { take: () => Promise<unknown>; back: (send: Send) => Promise<TestAnswer> }> =
      {
        'a variable from the trash': {
          take: async () => owner('DELETE', `${path}/env-vars/${(await set('GONE', reference)).id}`),
          back: restoreLast,
        },
        'an environment from the trash': {
          async take() {
            await set('INSIDE', reference, 'staging');
            await owner('DELETE', `${path}/environments/staging`);
          },
          back: restoreLast,
        },
        'a value that an import changed': {
          async take() {
            await set('CHANGED', reference);
            await importText('CHANGED=none\n');
          },
          back: undo,
        },
        'a variable that an import removed': {
          async take() {
            await set('REMOVED', reference);
            await importText('KEPT=1\n', { mode: 'replace' });
          },
          back: undo,
        },
        'a value that a copy changed': {
          async take() {
            await set('COPIED', reference);
            await set('COPIED', 'none', 'staging');
            await owner('POST', `${path}/variables/copy`, {
              ...{ from: 'staging', to: 'production', only: ['COPIED'], conflicts: 'replace' },
            });
          },
          back: undo,
        },
        'an earlier value': {
          take: async () =>
            owner('PUT', `${path}/env-vars/${(await set('REVERTED', reference)).id}`, { value: 'none' }),
          back: async (send) =>
            send('POST', `${path}/env-vars/${(await find('REVERTED')).id}/revert`, { version: 1 }),
        },
        'an earlier value, with other changes': {
          take: async () =>
            owner('PUT', `${path}/env-vars/${(await set('EDITED', reference)).id}`, { value: 'none' }),
          back: async (send) =>
            send('PUT', `${path}/env-vars/${(await find('EDITED')).id}`, { value_of_version: 1 }),
        },
      };
    for (const [name, { take, back }] of Object.entries(ways)) {
      await take();
      for (const send of [mia.send, hiding.send]) {
        const refused = await back(send);
        expect([name, refused.status, refused.body.error_code]).toEqual([name, 403, 'forbidden']);
        // Who may not see the value is not told what is in it.
        if (send === hiding.send)
          expect([name, refused.text]).not.toEqual([name, expect.stringContaining('TAKEN')]);
      }
      if (back === undo) expect((await undo(mia.send, { dry_run: true })).status).toBe(403);
      const { body: resolved } = await mia.send('GET', `${path}/variables/resolved`);
      expect([name, JSON.stringify(resolved)]).not.toEqual([name, expect.stringContaining('taken-value')]);
      // What refers to it now, it has: then it is given.
      await set('GIVEN', reference);
      expect([name, (await back(mia.send)).status]).toEqual([name, 200]);
      for (const { id, key } of await listed())
        if (key !== 'KEPT') await owner('DELETE', `${path}/env-vars/${id}`);
    }
  });

  it('are told of nobody by ids that they count through', async () => {
    const project = await addProject();
    const [manager, friend, stranger] = [
      await addPerson('member'),
      await addPerson('member'),
      await addPerson('reader', 'hidden-name'),
    ];
    await give(project, manager.id, 'manager');
    const chosen = await makeKey(owner, {
      role_type: 'custom',
      permissions: ['members:write', 'projects:read', 'environments:read', 'deployments:read'],
      expires_at: new Date(door.clock.now() + 86_400_000).toISOString(),
    });
    for (const send of [manager.send, chosen.send]) {
      const answers = [];
      for (const id of [stranger.id, 999_999]) {
        const path = `/projects/${project}/members/${id}`;
        for (const each of [await send('PUT', path, { role: 'reader' }), await send('DELETE', path)])
          answers.push([each.status, each.body.detail]);
      }
      expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
      expect(answers[0]).toEqual([404, 'Nobody here has this account or e-mail address.']);
    }
    // By the address that they know, and from then on by id.
    expect((await give(project, friend.email, 'reader', manager.send)).status).toBe(200);
    expect((await give(project, friend.id, 'editor', manager.send)).status).toBe(200);
    // Who sees people finds them by either.
    expect((await give(project, stranger.id, 'reader')).status).toBe(200);
  });

  it('may there what their role says, and nothing more', async () => {
    const project = await addProject();
    await setVariable(project, 'PLAIN', 'plain', false);
    await setVariable(project, 'SECRET', 'secret');
    const path = `/projects/${project}`;
    await owner('POST', `${path}/environments`, { name: 'other' });
    const asks: [name: string, ...Parameters<Send>][] = [
      ['see', 'GET', path],
      ['list', 'GET', `${path}/env-vars`],
      ['reveal', 'GET', `${path}/env-vars/SECRET/value`],
      ['run', 'GET', `${path}/variables/resolved`],
      ['export', 'GET', `${path}/variables/export`],
      ['create', 'POST', `${path}/env-vars`, { key: 'NEW', value: 'x' }],
      ['delete', 'DELETE', `${path}/env-vars/999999`],
      ['guess', 'POST', '/secret-guess', { key: 'A', value: 'b' }],
      ['compare', 'GET', `${path}/variables/comparison?environments=production,other`],
      [
        'compare secrets',
        'GET',
        `${path}/variables/comparison?environments=production,other&secrets=compare`,
      ],
      ['copy', 'POST', `${path}/variables/copy`, { from: 'production', to: 'other', dry_run: true }],
      ['make secret', 'POST', `${path}/env-vars/bulk`, { action: 'make_secret', ids: [999_999] }],
      ['undo', 'POST', `${path}/variables/import/undo`, { environment: 'other' }],
      ['environment', 'POST', `${path}/environments`, { name: 'e' }],
      ['copied environment', 'POST', `${path}/environments/none/copy`, { name: 'f' }],
      ['environment settings', 'PUT', `${path}/environments/production/settings`, {}],
      ['delete environment', 'DELETE', `${path}/environments/none`],
      ['tokens', 'GET', `${path}/deployment-tokens`],
      ['create token', 'POST', `${path}/deployment-tokens`, { name: 't' }],
      ['settings', 'PUT', path, { main_branch: 'x' }],
      ['members', 'GET', `${path}/members`],
      ['activity', 'GET', `${path}/activity`],
      ['give', 'PUT', `${path}/members/999999`, { role: 'reader' }],
      ['delete project', 'DELETE', path],
    ];
    const allowed: Record<string, string[]> = {};
    for (const role of ['reader', 'editor', 'manager']) {
      const { id, send } = await addPerson('member');
      await give(project, id, role);
      const { send: byKey } = await makeKey(send);
      allowed[role] = [];
      for (const [name, ...ask] of asks) {
        const { status } = await send(...ask);
        if (status !== 403) allowed[role].push(name);
        // Whatever a key may, its person may.
        if (status === 403) expect((await byKey(...ask)).status, `${role} ${name}`).toBe(403);
      }
    }
    const reader = ['see', 'list'];
    const editor = [
      ...[...reader, 'reveal', 'run', 'export', 'create', 'delete', 'guess'],
      ...['compare', 'compare secrets', 'copy', 'make secret', 'undo'],
    ];
    const rest = [
      'environment',
      'copied environment',
      'environment settings',
      'delete environment',
      'tokens',
      'create token',
      'settings',
    ];
    expect(allowed).toEqual({
      reader: [...reader, 'guess', 'compare'],
      editor,
      manager: [...editor, ...rest, 'members', 'activity', 'give'],
    });
    const { id, send } = await addPerson('member');
    await give(project, id, 'reader');
    const listed = (await send('GET', `${path}/env-vars`)).body;
    const secret = listed.find(({ key }: { key: string }) => key === 'SECRET');
    expect(secret.value).toBeNull();
    expect(listed.find(({ key }: { key: string }) => key === 'PLAIN').value).toBe('plain');
  });

  it('have a role in a project beside the one in the instance, which takes nothing from that', async () => {
    const [project, other] = [await addProject(), await addProject()];
    const reader = await addPerson('reader');
    const user = await addPerson('user');
    await give(project, reader.id, 'editor');
    await give(project, user.id, 'reader');
    const create = (who: Send, where: number) =>
      who('POST', `/projects/${where}/env-vars`, { key: unique('K'), value: 'x' });
    expect((await create(reader.send, project)).status).toBe(201);
    expect((await create(reader.send, other)).status).toBe(403);
    expect((await create(user.send, project)).status).toBe(201);
    expect((await user.send('POST', `/projects/${project}/environments`, { name: 'e' })).status).toBe(201);
    expect((await reader.send('POST', `/projects/${project}/environments`, { name: 'f' })).status).toBe(403);
    expect((await reader.send('GET', '/projects')).body.total).toBeGreaterThan(2);
    // By id, in the project where they may: what is elsewhere is left out.
    const ids = [];
    for (const where of [project, other])
      ids.push((await setVariable(where, 'DB_PASSWORD', 'Zq8!xPlain', false)).id);
    expect((await reader.send('POST', '/plain-secrets/encrypt', { ids })).body).toEqual({ encrypted: 1 });
    const [inOther] = (await owner('GET', `/projects/${other}/env-vars`)).body;
    expect(inOther).toMatchObject({ key: 'DB_PASSWORD', is_secret: false });
  });

  it('give and take no more than they have there, and touch no administrator', async () => {
    const project = await addProject();
    const [manager, editor, admin, friend] = [
      await addPerson('member'),
      await addPerson('member'),
      await addPerson('admin'),
      await addPerson('member'),
    ];
    await give(project, manager.id, 'manager');
    await give(project, editor.id, 'editor');
    for (const role of ['reader', 'manager']) {
      expect((await give(project, editor.id, role, editor.send)).status).toBe(403);
      expect((await give(project, friend.email, role, editor.send)).status).toBe(403);
    }
    expect((await give(project, admin.email, 'reader', manager.send)).status).toBe(403);
    // Someone who was made an administrator since.
    await give(project, friend.email, 'reader', manager.send);
    await owner('POST', `/users/${friend.id}/roles`, { role_type: 'admin' });
    const friendPath = `/projects/${project}/members/${friend.id}`;
    expect((await manager.send('DELETE', friendPath)).status).toBe(403);
    const asAdministrator = await friend.signIn();
    expect((await asAdministrator('GET', `/projects/${project}/members`)).status).toBe(200);
    expect((await admin.send('DELETE', friendPath)).status).toBe(204);
    // The last manager goes: administrators have it as ever.
    expect((await manager.send('DELETE', `/projects/${project}/members/${manager.id}`)).status).toBe(204);
    expect((await manager.send('GET', `/projects/${project}`)).status).toBe(404);
    expect((await admin.send('GET', `/projects/${project}/members`)).body.members).toMatchObject([
      { role: 'editor' },
    ]);
    // A role of the instance with all projects manages nobody by that.
    const user = await addPerson('user');
    expect((await give(project, editor.id, 'manager', user.send)).status).toBe(403);
    expect((await user.send('GET', `/projects/${project}/members`)).status).toBe(403);
  });

  it('let nobody in without having confirmed, and programs do not at all unless by choice', async () => {
    const project = await addProject();
    const [manager, friend] = [await addPerson('member'), await addPerson('member')];
    await give(project, manager.id, 'manager');
    const key = await makeKey(manager.send);
    const adminKey = as({
      token: (await owner('POST', '/api-keys', { name: unique('key'), role_type: 'admin' })).body.api_key,
    });
    for (const send of [key.send, adminKey])
      expect((await give(project, friend.email, 'reader', send)).status).toBe(403);
    // A manager cannot give it to a key either.
    const byChoice = { role_type: 'custom', permissions: ['members:write'] };
    expect((await makeKey(manager.send, byChoice)).answer.status).toBe(403);
    expect((await makeKey(key.send, byChoice)).answer.status).toBe(403);
    const chosen = await makeKey(owner, {
      role_type: 'custom',
      permissions: ['members:write', 'projects:read', 'environments:read', 'deployments:read'],
      expires_at: new Date(door.clock.now() + 86_400_000).toISOString(),
    });
    expect(chosen.answer.body.sees_secrets).toBe(true);
    expect((await give(project, friend.email, 'reader', chosen.send)).status).toBe(200);
    expect((await give(project, friend.id, 'editor', chosen.send)).status).toBe(403);
    expect((await owner('GET', '/secret-reads/unusual')).body.unusual[0]).toMatchObject({
      rule: 'people',
      variables: 1,
    });
    door.clock.advance(6 * MINUTE_MS);
    const refused = await give(project, friend.id, 'editor', manager.send);
    expect([refused.status, refused.body.error_code]).toEqual([403, 'confirmation_required']);
  });

  it('have keys that never may more than they, there and then', async () => {
    const [project, other] = [await addProject(), await addProject()];
    await setVariable(project, 'SECRET', 'secret');
    const person = await addPerson('member');
    await give(project, person.id, 'editor');
    const whole = await makeKey(person.send);
    const narrow = await makeKey(person.send, { role_type: 'custom', permissions: ['environments:read'] });
    const blind = await makeKey(person.send, { hide_secrets: true });
    const child = await makeKey(whole.send);
    const wide = await makeKey(narrow.send, { role_type: 'member' });
    const read = (send: Send) => send('GET', `/projects/${project}/env-vars/SECRET/value`);
    const list = (send: Send) => send('GET', `/projects/${project}/env-vars`);
    const statuses = async (call: (send: Send) => Promise<TestAnswer>) => {
      const found = [];
      for (const { send } of [whole, child, narrow, blind]) found.push((await call(send)).status);
      return found;
    };
    expect(wide.answer.status).toBe(403);
    expect(blind.answer.body).toMatchObject({ sees_secrets: false });
    expect(await statuses(read)).toEqual([200, 200, 403, 403]);
    expect(await statuses(list)).toEqual([200, 200, 200, 200]);
    expect(await statuses((send) => send('GET', `/projects/${other}/env-vars`))).toEqual([
      404, 404, 404, 404,
    ]);
    expect(await statuses((send) => send('GET', '/shared-variables'))).toEqual([403, 403, 403, 403]);
    // What none of their roles has, no key gets: as a role, or one by one.
    for (const fields of [
      { role_type: 'admin' },
      { role_type: 'user' },
      { role_type: 'reader' },
      { role_type: 'custom', permissions: ['settings:write'] },
      { role_type: 'custom', permissions: ['tokens:write'] },
    ])
      expect((await makeKey(person.send, fields)).answer.status, JSON.stringify(fields)).toBe(403);
    await give(project, person.id, 'reader');
    expect(await statuses(read)).toEqual([403, 403, 403, 403]);
    expect(await statuses(list)).toEqual([200, 200, 200, 200]);
    await owner('DELETE', `/projects/${project}/members/${person.id}`);
    expect(await statuses(list)).toEqual([404, 404, 404, 404]);
    // A key of the role member has no project but by roles, also one of an administrator's.
    const ofOwner = await makeKey(owner);
    expect((await list(ofOwner.send)).status).toBe(404);
    expect((await ofOwner.send('GET', '/projects')).body.total).toBe(0);
    expect((await ofOwner.send('GET', '/shared-variables')).status).toBe(403);
  });

  it('lose the deployment tokens they made with the right to make them; those of others go on', async () => {
    const project = await addProject();
    const path = `/projects/${project}/deployment-tokens`;
    const tokenOf = async (send: Send) => {
      const { body } = await send('POST', path, { name: unique('token') });
      return { id: body.id as number, send: as({ token: body.token }) };
    };
    const [manager, second] = [await addPerson('member'), await addPerson('member')];
    await give(project, manager.id, 'manager');
    await give(project, second.id, 'manager');
    const key = await makeKey(manager.send);
    const tokens = [
      await tokenOf(manager.send),
      await tokenOf(key.send),
      await tokenOf(second.send),
      await tokenOf(owner),
    ];
    const statuses = async () => {
      const found = [];
      for (const { send } of tokens) found.push((await send('GET', `/projects/${project}/env-vars`)).status);
      return found;
    };
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    expect((await second.send('DELETE', `${path}/${tokens[3]?.id}`)).status).toBe(204);
    expect(await statuses()).toEqual([200, 200, 200, 401]);
    await give(project, manager.id, 'editor', second.send);
    expect(await statuses()).toEqual([401, 401, 200, 401]);
    // An old role again, but not what ended with it.
    await give(project, manager.id, 'manager', second.send);
    expect(await statuses()).toEqual([401, 401, 200, 401]);
  });

  it('have no role any more once their account or the project was deleted, restored or not', async () => {
    const project = await addProject('phoenix');
    const person = await addPerson('member', 'phoebe');
    await give(project, person.id, 'editor');
    await owner('DELETE', `/users/${person.id}`);
    expect((await owner('GET', `/projects/${project}/members`)).body.members).toEqual([]);
    await owner('POST', `/users/${person.id}/restore`);
    const send = await person.signIn();
    expect((await send('GET', '/projects/phoenix')).status).toBe(404);
    await give(project, person.id, 'editor');
    expect((await send('GET', '/projects/phoenix')).status).toBe(200);
    await owner('DELETE', '/projects/phoenix');
    expect((await send('GET', '/trash')).body).toEqual([]);
    const entry = (await owner('GET', '/trash')).body.find(
      ({ name }: { name: string }) => name === 'phoenix',
    );
    expect((await send('POST', `/trash/${entry.id}/restore`, {})).status).toBe(404);
    await owner('POST', `/trash/${entry.id}/restore`, {});
    expect((await send('GET', '/projects/phoenix')).status).toBe(404);
    expect((await owner('GET', `/projects/${project}/members`)).body.total).toBe(0);
  });

  it('are not given every project by taking the role member from them', async () => {
    const person = await addPerson('member');
    const taken = await owner('DELETE', `/users/${person.id}/roles/member`);
    expect([taken.status, taken.body.error_code]).toEqual([409, 'conflict']);
    expect((await person.send('GET', '/projects')).body.total).toBe(0);
    await owner('POST', `/users/${person.id}/roles`, { role_type: 'reader' });
    expect((await owner('DELETE', `/users/${person.id}/roles/member`)).status).toBe(204);
  });
});
