import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import {
  forgetOldImports,
  recordImport,
  UNDO_MS,
} from '../../../electron/instance/projects/env-files/import-undo.ts';
import { listEnvironments } from '../../../electron/instance/projects/environments.ts';
import { createProject } from '../../../electron/instance/projects/projects.ts';
import { hideVariables } from '../../../electron/instance/projects/variables/staged-variables.ts';
import { insertVariable } from '../../../electron/instance/projects/variables/variable-rows.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';
import { openTestContext } from '../../context.ts';
import { openShopForEach } from './shop-instance.ts';

const shop = openShopForEach();
const { send } = shop;

async function importText(text: string, more: object = {}) {
  const content = Buffer.from(text).toString('base64');
  const answer = await send('POST', '/projects/shop/variables/import', { content_base64: content, ...more });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}
const undo = (body: object = {}) => send('POST', '/projects/shop/variables/import/undo', body);
const list = async () => (await send('GET', '/projects/shop/env-vars')).body;
const find = async (key: string) => (await list()).find((known: { key: string }) => known.key === key);

async function values(environment = 'production') {
  const { body } = await send('GET', `/projects/shop/variables/resolved?environment=${environment}`);
  return Object.fromEntries(body.variables.map(({ key, value }: Record<string, string>) => [key, value]));
}

async function audit(): Promise<string[]> {
  const { body } = await send('GET', '/audit/logs');
  return (body.logs ?? body).map((line: { operation_type?: string; operation?: string }) =>
    String(line.operation_type ?? line.operation),
  );
}

const BEFORE = 'API_TOKEN=sk_live_first\nPLACE=north\nOLD_SECRET=hunter2hunter2\nSAME=1\n';
const AFTER = 'API_TOKEN=sk_live_second\nPLACE=south\nNEW=2\nSAME=1\n';

describe('an import that is undone', () => {
  it('brings back what was there, with its history, and takes away what came', async () => {
    await importText(BEFORE);
    const was = await values();
    const old = await find('OLD_SECRET');
    const { import_id } = await importText(AFTER, { mode: 'replace' });
    expect((await values()).OLD_SECRET).toBeUndefined();
    expect((await undo({ dry_run: true })).body).toMatchObject({ restored: ['OLD_SECRET'] });
    expect((await values()).OLD_SECRET).toBeUndefined();

    const { status, body } = await undo({ import_id });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      restored: ['OLD_SECRET'],
      changed: ['API_TOKEN', 'PLACE'],
      removed: ['NEW'],
      lost: [],
    });
    expect(await values()).toEqual(was);
    expect((await find('OLD_SECRET')).id).toBe(old.id);
    expect((await find('OLD_SECRET')).is_secret).toBe(true);
    expect(await find('API_TOKEN')).toMatchObject({ version: 3, is_secret: true });
    expect(await audit()).toContain('ENV_VARS_IMPORT_UNDONE');
    expect((await undo()).status).toBe(404);
  });

  it('survives a restart, which erases nothing of it', async () => {
    await importText(BEFORE);
    await importText('NEW=1\n', { mode: 'replace' });
    await shop.instance.stop();
    await shop.reopen();
    expect((await send('GET', '/projects/shop/variables/import/undo')).body.last).not.toBeNull();
    expect((await undo()).status).toBe(200);
    expect(await values()).toMatchObject({ OLD_SECRET: 'hunter2hunter2', API_TOKEN: 'sk_live_first' });
  });

  it('is refused with the names of what was changed since, and nothing is undone', async () => {
    await importText(BEFORE);
    await importText(AFTER, { mode: 'replace' });
    const place = await find('PLACE');
    await send('PUT', `/projects/shop/env-vars/${place.id}`, { value: 'west' });
    await send('POST', '/projects/shop/env-vars', { key: 'OLD_SECRET', value: 'mine', is_secret: false });
    const { body, status } = await undo();
    expect(status).toBe(409);
    expect(body.error_code).toBe('changed_meanwhile');
    expect(body.detail).toContain('OLD_SECRET, PLACE');
    expect(body.details.keys).toEqual(['OLD_SECRET', 'PLACE']);
    expect(await values()).toMatchObject({ PLACE: 'west', OLD_SECRET: 'mine', NEW: '2' });
  });

  it('is refused where the import meant is no longer the last one', async () => {
    const first = await importText(BEFORE);
    await importText(AFTER);
    expect((await undo({ import_id: first.import_id })).status).toBe(404);
    expect(await values()).toMatchObject({ NEW: '2' });
  });

  it('leaves other environments as they are, and gives back what they share', async () => {
    await send('POST', '/projects/shop/environments', { name: 'staging' });
    await send('POST', '/projects/shop/env-vars', { key: 'BOTH', value: 'one', is_secret: false });
    await send('POST', '/projects/shop/env-vars', { key: 'GONE', value: 'two', is_secret: false });
    await importText('BOTH=other\n', { mode: 'replace' });
    expect(await values('staging')).toEqual({ BOTH: 'one', GONE: 'two' });
    expect((await undo()).body).toMatchObject({ restored: ['BOTH', 'GONE'], removed: ['BOTH'] });
    expect(await values()).toEqual({ BOTH: 'one', GONE: 'two' });
    expect(await list()).toHaveLength(2);
  });

  it('keeps what became a secret, whose plain value is erased, and says so', async () => {
    await importText('TOKEN_OF_SHOP=\nPLACE=north\n', { secret: 'none' });
    await importText('TOKEN_OF_SHOP=sk_live_1234567890\nPLACE=south\n', { secret: 'all' });
    expect((await undo()).body.lost).toEqual(['PLACE', 'TOKEN_OF_SHOP']);
    expect((await values()).PLACE).toBe('south');
  });

  it.each([
    'the next import',
    'its environment',
  ] as const)('keeps no removed value longer than %s', async (end) => {
    await send('POST', '/projects/shop/environments', { name: 'staging' });
    const environment = 'staging';
    await importText('OLD_SECRET=hunter2hunter2\n', { environment });
    await importText('NEW=1\n', { mode: 'replace', environment });
    expect(countSecrets()).toBe(1);
    if (end === 'the next import') await importText('NEW=2\n', { environment });
    else {
      await send('DELETE', '/projects/shop/environments/staging');
      const [entry] = (await send('GET', '/trash')).body;
      await send('DELETE', `/trash/${entry.id}`);
    }
    expect(countSecrets()).toBe(0);
  });

  it('can be undone for seven days', async () => {
    await importText(BEFORE);
    shop.now += UNDO_MS;
    expect((await undo()).status).toBe(404);
    expect((await send('GET', '/projects/shop/variables/import/undo')).body.last).toBeNull();
  });
});

describe('what an import removed', () => {
  it('is erased after seven days, and not before', async () => {
    const test = openTestContext();
    try {
      const { id: projectId } = createProject(test.ctx, null, { name: 'shop' });
      const [environment] = listEnvironments(test.ctx, projectId);
      const environmentId = environment?.id as number;
      const fields = { key: 'A', isSecret: true, environmentIds: [environmentId], includeInPreview: false };
      const value = new SecretText('hunter2');
      const id = insertVariable(test.ctx, projectId, { ...fields, value }, 'test');
      hideVariables(test.ctx, [id]);
      const owner = createOwner('window', test.clock.now());
      recordImport(test.ctx, owner, environmentId, [{ id, kind: 'removed', versionBefore: null }], null);
      const count = () => test.ctx.store.sqlite.prepare('SELECT count(*) FROM secrets').pluck().get();
      test.clock.advance(UNDO_MS - 1);
      expect([await forgetOldImports(test.ctx), count()]).toEqual([0, 1]);
      test.clock.advance(1);
      expect([await forgetOldImports(test.ctx), count()]).toEqual([1, 0]);
    } finally {
      test.close();
    }
  });
});

/** Encrypted values in the database, hidden or not. */
function countSecrets(): number {
  const database = new Database(join(shop.dataDir, 'temps.db'), { readonly: true });
  try {
    return database.prepare("SELECT count(*) FROM secrets WHERE kind = 'env_var'").pluck().get() as number;
  } finally {
    database.close();
  }
}
