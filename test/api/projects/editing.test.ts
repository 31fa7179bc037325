import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openShopForEach } from './shop-instance.ts';

const shop = openShopForEach();
const { send } = shop;

const vars = '/projects/shop/env-vars';
const add = async (key: string, value: string, more: object = {}) => {
  const answer = await send('POST', vars, { key, value, is_secret: false, ...more });
  expect(answer.status).toBe(201);
  return answer.body;
};
const find = async (key: string) =>
  (await send('GET', vars)).body.find((known: { key: string }) => known.key === key);
const put = (id: number, body: object) => send('PUT', `${vars}/${id}`, body);
const bulk = (body: object) => send('POST', `${vars}/bulk`, body);
const history = async (id: number) => (await send('GET', `${vars}/${id}/history`)).body.versions;
const named = (environments: { name: string }[]) => environments.map(({ name }) => name).sort();

describe('the note of a variable', () => {
  it('is shown, searched, changed and taken away, and makes no version', async () => {
    const made = await add('TOKEN', 'sk_live_1', { is_secret: true, note: ' From the bank,\r\nby mail. ' });
    expect(made.note).toBe('From the bank,\nby mail.');
    expect((await send('GET', `${vars}?search=the%20bank`)).body).toHaveLength(1);
    expect((await send('GET', '/search?q=the%20bank')).body.results).toHaveLength(1);
    const changed = await put(made.id, { note: 'From Ada', keep_value: true });
    expect(changed.body).toMatchObject({ note: 'From Ada', version: 1 });
    expect((await put(made.id, { key: 'RENAMED' })).body.note).toBe('From Ada');
    expect((await put(made.id, { note: '' })).body.note).toBeNull();
    expect((await put(made.id, { note: 'again' })).body.note).toBe('again');
    expect((await put(made.id, { note: null })).body.note).toBeNull();
  });

  it('is refused by its name where it is too long, or would change the text around it', async () => {
    const { id } = await add('TOKEN', '1');
    for (const note of ['x'.repeat(1001), 'a\u0007b', 'a\u202Eb', 5]) {
      const { status, body } = await put(id, { note });
      expect([status, Object.keys(body.errors ?? {})]).toEqual([400, ['note']]);
    }
    expect((await put(id, { note: 'x'.repeat(1000) })).status).toBe(200);
  });

  it('goes with a copy, comes back from the trash, and is in no line of the audit log', async () => {
    const { id } = await add('TOKEN', '1', { note: 'canary-of-the-note' });
    await put(id, { note: 'canary-of-the-note 2' });
    await send('POST', '/projects/shop/environments/production/copy', { name: 'next' });
    const copied = (await send('GET', vars)).body.map(({ note }: { note: string }) => note);
    expect(copied).toEqual(['canary-of-the-note 2', 'canary-of-the-note 2']);
    await send('DELETE', `${vars}/${id}`);
    const [entry] = (await send('GET', '/trash')).body;
    await send('POST', `/trash/${entry.id}/restore`);
    expect((await send('GET', vars)).body.map(({ note }: { note: string }) => note)).toEqual(copied);
    const log = await send('GET', '/audit/logs');
    expect(JSON.stringify(log.body)).not.toContain('canary-of-the-note');
  });

  it('stays with a variable that a copy or an import gives another value', async () => {
    await send('POST', '/projects/shop/environments', { name: 'staging' });
    const [production, staging] = (await send('GET', '/projects/shop/environments')).body;
    await add('LEVEL', '1', { environment_ids: [production.id], note: 'of production' });
    await add('LEVEL', '2', { environment_ids: [staging.id], note: 'of staging' });
    await send('POST', '/projects/shop/variables/copy', {
      ...{ from: 'production', to: 'staging', conflicts: 'replace' },
    });
    const content_base64 = Buffer.from('LEVEL=3\n').toString('base64');
    await send('POST', '/projects/shop/variables/import', { content_base64 });
    const rows = (await send('GET', vars)).body.map(({ value, note }: Record<string, string>) => [
      value,
      note,
    ]);
    expect(rows.sort()).toEqual([
      ['1', 'of staging'],
      ['3', 'of production'],
    ]);
  });
});

describe('many variables made secret at once', () => {
  it('keep their values and no plain version, and the rest stays as it is', async () => {
    const one = await add('ONE', 'canary-before');
    await put(one.id, { value: 'canary-one' });
    const two = await add('TWO', 'canary-two', { note: 'kept' });
    const three = await add('THREE', 'canary-three', { is_secret: true });
    const ids = [one.id, two.id, three.id];
    const { status, body } = await bulk({ action: 'make_secret', ids });
    expect([status, body]).toEqual([200, { changed: 2 }]);
    for (const { id } of [one, two]) {
      const versions = await history(id);
      expect(versions.map(({ is_secret }: { is_secret: boolean }) => is_secret)).toEqual([true]);
    }
    expect(await find('ONE')).toMatchObject({ id: one.id, is_secret: true, value: null, version: 3 });
    expect(await find('TWO')).toMatchObject({ is_secret: true, note: 'kept' });
    expect(await find('THREE')).toMatchObject({ updated_at: three.updated_at, version: 1 });
    const { variables } = (await send('GET', '/projects/shop/variables/resolved')).body;
    expect(variables.map(({ value }: { value: string }) => value).sort()).toEqual([
      'canary-one',
      'canary-three',
      'canary-two',
    ]);
    await shop.instance.stop();
    const file = readFileSync(join(shop.dataDir, 'temps.db')).toString('latin1');
    for (const value of ['canary-before', 'canary-one', 'canary-two']) expect(file).not.toContain(value);
    await shop.reopen();
  });

  it('are all changed or none', async () => {
    const one = await add('ONE', 'a');
    const two = await add('TWO', 'b');
    await put(two.id, { value: 'c' });
    const seen = { [one.id]: one.updated_at, [two.id]: two.updated_at };
    const late = await bulk({ action: 'make_secret', ids: [one.id, two.id], expected_updated_at: seen });
    expect([late.status, late.body.error_code]).toEqual([409, 'changed_meanwhile']);
    await send('POST', '/vault/lock');
    const locked = await bulk({ action: 'make_secret', ids: [one.id, two.id] });
    expect([locked.status, locked.body.error_code]).toEqual([423, 'vault_locked']);
    expect(await find('ONE')).toMatchObject({ is_secret: false, value: 'a' });
    expect((await bulk({ action: 'make_secret', ids: [one.id, 99] })).status).toBe(404);
  });
});

describe('what takes a change back', () => {
  it('gives a variable an earlier value that nobody has to read', async () => {
    const made = await add('TOKEN', 'canary-one', { is_secret: true });
    const changed = (await put(made.id, { value: 'canary-two', key: 'NEWER', note: 'n' })).body;
    const back = await put(made.id, {
      ...{ value_of_version: 1, key: 'TOKEN', note: null, expected_updated_at: changed.updated_at },
    });
    expect(back.body).toMatchObject({ key: 'TOKEN', version: 3, note: null, value: null });
    expect((await send('GET', `${vars}/TOKEN/value`)).body).toEqual({ value: 'canary-one' });
    expect((await put(made.id, { value_of_version: 9 })).status).toBe(404);
    expect((await find('TOKEN')).version).toBe(3);
  });

  it('puts many variables back where each of them was, all or none', async () => {
    for (const name of ['staging', 'preview']) await send('POST', '/projects/shop/environments', { name });
    const [production, staging, preview] = (await send('GET', '/projects/shop/environments')).body.map(
      ({ id }: { id: number }) => id,
    );
    const one = await add('ONE', '1', { environment_ids: [production] });
    const two = await add('TWO', '2', { environment_ids: [staging, preview] });
    const ids = [one.id, two.id];
    await bulk({ action: 'set_environments', ids, environment_ids: [preview] });
    await add('TWO', 'mine', { environment_ids: [staging] });
    const back = { [one.id]: [production], [two.id]: [staging, preview] };
    const taken = await bulk({ action: 'set_environments', ids, environment_ids_of: back });
    expect([taken.status, taken.body.error_code]).toEqual([409, 'name_taken']);
    expect(named((await find('ONE')).environments)).toEqual(['preview']);
    const mine = (await send('GET', `${vars}?environment_id=${staging}`)).body[0];
    await send('DELETE', `${vars}/${mine.id}`);
    expect((await bulk({ action: 'set_environments', ids, environment_ids_of: back })).body.changed).toBe(2);
    expect(named((await find('ONE')).environments)).toEqual(['production']);
    expect(named((await find('TWO')).environments)).toEqual(['preview', 'staging']);
    const partly = await bulk({
      action: 'set_environments',
      ids,
      environment_ids_of: { [one.id]: [staging] },
    });
    expect(partly.status).toBe(400);
  });
});
