import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { createEnvironment, deleteEnvironment } from '../../../electron/instance/projects/environments.ts';
import { createProject, deleteProject } from '../../../electron/instance/projects/projects.ts';
import { eraseExpired } from '../../../electron/instance/projects/trash/erase-trash.ts';
import { KEPT_MS } from '../../../electron/instance/projects/trash/put-in-trash.ts';
import { listTrash } from '../../../electron/instance/projects/trash/trash-list.ts';
import { insertVariable } from '../../../electron/instance/projects/variables/variable-rows.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';
import { openTestContext } from '../../context.ts';
import { openShopForEach } from './shop-instance.ts';

const shop = openShopForEach();
const { send } = shop;

async function create(key: string, value: string, isSecret = true) {
  const answer = await send('POST', '/projects/shop/env-vars', { key, value, is_secret: isSecret });
  expect(answer.status).toBe(201);
  return answer.body;
}
const trash = async () => (await send('GET', '/trash')).body;

function inDatabase<T>(work: (database: Database.Database) => T): T {
  const database = new Database(join(shop.dataDir, 'temps.db'));
  try {
    return work(database);
  } finally {
    database.close();
  }
}
const countSecrets = () =>
  inDatabase((database) =>
    database.prepare("SELECT count(*) FROM secrets WHERE kind = 'env_var'").pluck().get(),
  );

describe('what is in the trash', () => {
  it('is deleted for good after 30 days, and not before', async () => {
    const test = openTestContext();
    try {
      const { ctx, clock } = test;
      const owner = createOwner('window', clock.now());
      const add = (projectId: number, environmentIds: number[]) =>
        insertVariable(
          ctx,
          projectId,
          { key: 'A', value: new SecretText('x'), isSecret: true, environmentIds, includeInPreview: false },
          'test',
        );
      const shop = createProject(ctx, null, { name: 'shop' });
      const staging = createEnvironment(ctx, null, shop, { name: 'staging' });
      add(shop.id, [staging.id]);
      deleteEnvironment(ctx, null, shop, staging.id);
      const other = createProject(ctx, null, { name: 'other' });
      add(other.id, [createEnvironment(ctx, null, other, { name: 'staging' }).id]);
      deleteProject(ctx, null, other.id);
      const count = (from: string) => ctx.store.sqlite.prepare(`SELECT count(*) FROM ${from}`).pluck().get();
      clock.advance(KEPT_MS - 1);
      expect([await eraseExpired(ctx), count('secrets'), listTrash(ctx, owner).length]).toEqual([0, 2, 2]);
      clock.advance(1);
      expect(listTrash(ctx, owner)).toEqual([]);
      expect([await eraseExpired(ctx), count('secrets')]).toEqual([2, 0]);
      expect([count('projects'), count('environments'), count('env_vars'), count('trash')]).toEqual([
        1, 1, 0, 0,
      ]);
      expect(count("audit_log WHERE operation = 'TRASH_EXPIRED'")).toBe(2);
      expect(await eraseExpired(ctx)).toBe(0);
    } finally {
      test.close();
    }
  });

  it('cannot be restored once its time is over, whether or not it was erased', async () => {
    const { id } = await create('TOKEN', 'x');
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    const [entry] = await trash();
    shop.now += KEPT_MS;
    expect(await trash()).toEqual([]);
    expect((await send('POST', `/trash/${entry.id}/restore`, {})).status).toBe(404);
  });

  it('stays there over a restart, and is whole then', async () => {
    const { id } = await create('TOKEN', 'kept-value');
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    await shop.instance.stop();
    await shop.reopen();
    expect(countSecrets()).toBe(1);
    await send('POST', `/trash/${(await trash())[0].id}/restore`, {});
    expect((await send('GET', '/projects/shop/env-vars/TOKEN/value')).body.value).toBe('kept-value');
  });

  it.each([
    'variables',
    'project',
  ] as const)('is erased by the next start where a kill left it half erased: %s', async (kind) => {
    const { id } = await create('TOKEN', 'x');
    await send('DELETE', kind === 'project' ? '/projects/shop' : `/projects/shop/env-vars/${id}`);
    await shop.instance.stop();
    inDatabase((database) => database.prepare('UPDATE trash SET is_erasing = 1').run());
    await shop.reopen();
    await shop.instance.start({});
    await expect.poll(countSecrets).toBe(0);
    expect(await trash()).toEqual([]);
  });

  it('is encrypted with the new key by a rotation, like all else', async () => {
    const { id } = await create('TOKEN', 'rotated-value');
    await create('OTHER', 'other-value');
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    const list = (await send('GET', '/vault/secrets')).body;
    expect(JSON.stringify(list)).toContain('in the trash');
    const doctor = await send('POST', '/vault/doctor', {});
    expect(doctor.status).toBeLessThan(300);
    const started = await send('POST', '/vault/key/rotation', {});
    expect(started.status).toBe(201);
    const { rotation } = (await send('GET', '/vault/status')).body;
    expect(rotation.by_group).toContainEqual({ group: 'variables', before: 2, moved: 0, left: 2 });
  });
});

describe('a plain value that becomes a secret', () => {
  const PLANTED = 'planted-plain-value-4711';

  /** Everything of the data directory that could hold a value. */
  async function isInFiles(): Promise<boolean> {
    await shop.instance.stop();
    const files = readdirSync(shop.dataDir, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.map(({ name }) => name)).toContain('temps.db');
    const found = files.some((file) => readFileSync(join(file.parentPath, file.name)).includes(PLANTED));
    await shop.reopen();
    return found;
  }

  it('is found in the files as long as it is plain', async () => {
    await create('PLACE', PLANTED, false);
    expect(await isInFiles()).toBe(true);
  });

  it.each([
    ['by a change', (id: number) => send('PUT', `/projects/shop/env-vars/${id}`, { is_secret: true })],
    [
      'by a change with a new value',
      (id: number) => send('PUT', `/projects/shop/env-vars/${id}`, { is_secret: true, value: 'next' }),
    ],
    [
      'by a new name',
      (id: number) =>
        send('PUT', `/projects/shop/env-vars/${id}`, {
          is_secret: true,
          key: 'NEW_PLACE',
          references: 'keep',
        }),
    ],
    [
      'among those that look like secrets',
      (id: number) => send('POST', '/plain-secrets/encrypt', { ids: [id] }),
    ],
    [
      'by an import',
      () =>
        send('POST', '/projects/shop/variables/import', {
          content_base64: Buffer.from('API_TOKEN=next\n').toString('base64'),
          secret: 'all',
        }),
    ],
  ] as const)('leaves no plain version in any file: %s', async (_way, makeSecret) => {
    const { id } = await create('API_TOKEN', `${PLANTED}-first`, false);
    await send('PUT', `/projects/shop/env-vars/${id}`, { value: `${PLANTED}-second` });
    expect(await isInFiles()).toBe(true);
    const made = await makeSecret(id);
    expect(made.status).toBeLessThan(300);
    const [variable] = (await send('GET', '/projects/shop/env-vars')).body;
    expect(variable).toMatchObject({ id, is_secret: true });
    expect(await isInFiles()).toBe(false);
  });

  it('leaves none where the plain one went to the trash and came back before', async () => {
    const { id } = await create('API_TOKEN', PLANTED, false);
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    await send('POST', `/trash/${(await trash())[0].id}/restore`, {});
    await send('PUT', `/projects/shop/env-vars/${id}`, { is_secret: true });
    expect(await isInFiles()).toBe(false);
  });
});
