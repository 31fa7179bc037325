import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { describeOverDoors } from '../harness.ts';

describeOverDoors('a damaged secret', (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const b64 = (text: string) => Buffer.from(text).toString('base64');
  const flip =
    "CAST(substr(sealed, 1, length(sealed) - 1) || (CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END) AS BLOB)";
  const cut = 'CAST(substr(sealed, 1, 5) AS BLOB)';
  const unknownKey = "CAST(substr(sealed, 1, 1) || x'0000000000000000' || substr(sealed, 10) AS BLOB)";

  async function set(key: string, value: string) {
    const [known] = (await send('GET', `/projects/shop/env-vars?search=${key}`)).body;
    return known
      ? await send('PUT', `/projects/shop/env-vars/${known.id}`, { value })
      : await send('POST', '/projects/shop/env-vars', { key, value, is_secret: true });
  }
  function damage(key: string, sealed = flip): void {
    const database = new Database(join(door().dataDir, 'temps.db'));
    database
      .prepare(
        `UPDATE secrets SET sealed = ${sealed} WHERE id IN (SELECT secret_id FROM env_vars WHERE key = ?)`,
      )
      .run(key);
    database.close();
  }
  const rotate = () => send('POST', '/vault/key/rotation', {});

  it('is named wherever it stops the whole', async () => {
    await send('POST', '/projects', { name: 'shop' });
    for (const key of ['ALPHA', 'BETA']) await set(key, 'canary');
    damage('ALPHA');
    for (const path of ['variables/export', 'variables/resolved', 'env-vars/ALPHA/value']) {
      const refused = await send('GET', `/projects/shop/${path}`);
      expect([refused.body.error_code, refused.body.detail]).toEqual([
        'secret_unreadable',
        expect.stringContaining('ALPHA'),
      ]);
    }
    const refused = await rotate();
    expect(refused.body.error_code).toBe('rotation_not_possible');
    expect(refused.body.detail).toContain('ALPHA of shop (production)');
    expect(refused.text).not.toContain('canary');
  });

  it('is named just so when its sealed row is gone', async () => {
    await set('ALPHA', 'whole again');
    await set('GAMMA', 'canary');
    const database = new Database(join(door().dataDir, 'temps.db'));
    database.pragma('foreign_keys = OFF');
    database
      .prepare('DELETE FROM secrets WHERE id IN (SELECT secret_id FROM env_vars WHERE key = ?)')
      .run('GAMMA');
    database.close();
    for (const path of ['variables/export', 'variables/resolved', 'env-vars/GAMMA/value']) {
      const refused = await send('GET', `/projects/shop/${path}`);
      expect([refused.body.error_code, refused.body.detail]).toEqual([
        'secret_unreadable',
        expect.stringContaining('GAMMA'),
      ]);
    }
    expect((await set('GAMMA', 'anew')).status).toBe(200);
    expect((await send('GET', '/projects/shop/env-vars/GAMMA/value')).body.value).toBe('anew');
  });

  it.each([
    ['does not open', flip],
    ['is cut off', cut],
    ['names a key that never was', unknownKey],
  ])('that %s holds no rotation up once its value is set anew, which the log tells', async (_, sealed) => {
    await set('ALPHA', 'first');
    await set('ALPHA', 'second');
    damage('ALPHA', sealed);
    expect((await rotate()).body.error_code).toBe('rotation_not_possible');
    expect((await set('ALPHA', 'third')).status).toBe(200);
    const rotation = await rotate();
    expect([rotation.status, rotation.text]).toEqual([201, expect.stringContaining('staged')]);
    await send('POST', '/vault/key/rotation/undo');

    const [variable] = (await send('GET', '/projects/shop/env-vars?search=ALPHA')).body;
    const { versions } = (await send('GET', `/projects/shop/env-vars/${variable.id}/history`)).body;
    const [line] = (await send('GET', '/audit/logs?operation_type=ENV_VAR_DAMAGED_VERSIONS_REMOVED&limit=1'))
      .body;
    expect(line.data).toMatchObject({ key: 'ALPHA', versions: [variable.version - 1] });
    expect(versions.map(({ version }: { version: number }) => version)).not.toContain(variable.version - 1);
    // Versions that open are still there to go back to.
    const back = await send('POST', `/projects/shop/env-vars/${variable.id}/revert`, {
      version: variable.version - 2,
    });
    expect(back.status).toBe(200);
    expect((await send('GET', '/projects/shop/env-vars/ALPHA/value')).body.value).toBe('first');
  });

  it('comes back with a file that has its value', async () => {
    damage('BETA');
    const body = { content_base64: b64('BETA=canary\n') };
    const imported = await send('POST', '/projects/shop/variables/import', body);
    expect(imported.body.changed).toMatchObject([{ key: 'BETA' }]);
    expect((await send('GET', '/projects/shop/env-vars/BETA/value')).body.value).toBe('canary');
  });

  it('keeps what a key that is away may still open', async () => {
    const database = new Database(join(door().dataDir, 'temps.db'));
    database.exec(
      `INSERT INTO keys (fingerprint, epoch, state, check_value, custody, created_at, activated_at)
       SELECT '0000-0000-0000-0000', 99, 'lost', check_value, custody, created_at, activated_at FROM keys LIMIT 1`,
    );
    database.close();
    damage('BETA', unknownKey);
    await set('BETA', 'anew');
    const [variable] = (await send('GET', '/projects/shop/env-vars?search=BETA')).body;
    const { versions } = (await send('GET', `/projects/shop/env-vars/${variable.id}/history`)).body;
    expect(versions.map(({ version }: { version: number }) => version)).toContain(variable.version - 1);
  });
});
