import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import type { AppError } from '../../../electron/instance/kernel/app-error.ts';
import { resolveAlone } from '../../../electron/instance/run-alone.ts';
import { quick } from '../../work-factor.ts';

let dataDir: string;
const options = () => ({ dataDir, env: {}, createsFirstKey: false, ...quick });

async function withInstance<T>(work: (ask: Ask) => Promise<T>, createsFirstKey = false): Promise<T> {
  const instance = await openInstance({ ...options(), createsFirstKey });
  try {
    return await work(askOf(instance));
  } finally {
    await instance.stop();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
type Ask = (method: string, path: string, body?: object) => Promise<any>;

const askOf =
  (instance: Instance): Ask =>
  async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const sent = new Request(`http://localhost/api${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const response = await instance.fetch(sent, createOwner('socket', Date.now()));
    return await response.json();
  };

/** What the API answers, and what a command gets without it. */
async function askBoth(project: string, environment?: string) {
  const query = environment === undefined ? '' : `?environment=${environment}`;
  const { variables, error_code, detail } = await withInstance((ask) =>
    ask('GET', `/projects/${project}/variables/resolved${query}`),
  );
  const alone = await resolveAlone(options(), project, environment).catch((error: AppError) => ({
    error_code: error.code,
    detail: error.message,
  }));
  return { api: variables ?? { error_code, detail }, alone };
}

const countLines = () => {
  const sqlite = new Database(join(dataDir, 'temps.db'), { readonly: true });
  try {
    const count = (sql: string) => sqlite.prepare(sql).pluck().get() as number;
    return {
      resolved: count("SELECT count(*) FROM audit_log WHERE operation = 'ENV_VARS_RESOLVED'"),
      reads: count('SELECT coalesce(sum(count), 0) FROM env_var_reads'),
    };
  } finally {
    sqlite.close();
  }
};

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-alone-'));
  await withInstance(async (ask) => {
    await ask('POST', '/users/administrator', {
      name: 'Ada',
      email: 'a@b.c',
      password: 'a long enough password',
    });
    await ask('POST', '/projects', { name: 'shop' });
    const file = `API_TOKEN=secret\nPORT=3000\nURL="http://x/\${{API_TOKEN}}"\n`;
    await ask('POST', '/projects/shop/variables/import', {
      content_base64: Buffer.from(file).toString('base64'),
      secret: 'guess',
    });
    await ask('POST', '/projects', { name: 'broken' });
    const [{ id }] = await ask('GET', '/projects/broken/environments');
    await ask('POST', '/projects/broken/env-vars', {
      ...{ key: 'URL', value: `\${{NOWHERE}}`, is_secret: false, allow_unresolved: true },
      environment_ids: [id],
    });
  }, true);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('what `run` reads where no instance runs', () => {
  it('is what the API gives, and recorded as there', async () => {
    const before = countLines();
    const { api, alone } = await askBoth('shop');
    expect(alone).toEqual(api);
    expect(alone).toContainEqual({ key: 'URL', value: 'http://x/secret', is_secret: true });
    const after = countLines();
    expect(after).toEqual({ resolved: before.resolved + 2, reads: before.reads + 2 });
    await resolveAlone(options(), 'shop');
    expect(countLines()).toEqual({ resolved: after.resolved + 1, reads: after.reads + 1 });
  });

  it.each([
    ['another project', 'nothing', undefined, 'not_found'],
    ['another environment', 'shop', 'nothing', 'not_found'],
    ['a reference to nothing', 'broken', undefined, 'reference_missing'],
  ])('is refused as there: %s', async (_what, project, environment, code) => {
    const { api, alone } = await askBoth(project, environment);
    expect(alone).toEqual(api);
    expect(alone).toMatchObject({ error_code: code });
  });

  it('is refused while an instance runs', async () => {
    await withInstance(async () => {
      await expect(resolveAlone(options(), 'shop')).rejects.toMatchObject({ code: 'data_dir_in_use' });
    });
    expect(await resolveAlone(options(), 'shop')).toHaveLength(3);
  });

  it('is refused without its key, creates none, and gives nothing', async () => {
    const key = join(dataDir, 'encryption_key');
    const before = countLines();
    renameSync(key, `${key}.away`);
    try {
      const { api, alone } = await askBoth('shop');
      expect(alone).toEqual(api);
      expect(alone).toMatchObject({ error_code: 'vault_locked' });
      expect(countLines()).toEqual(before);
      expect(existsSync(key)).toBe(false);
    } finally {
      renameSync(`${key}.away`, key);
    }
  });

  it('is refused for a damaged value, and the data directory is free again', async () => {
    const sqlite = new Database(join(dataDir, 'temps.db'));
    const [{ id, sealed }] = sqlite
      .prepare("SELECT id, sealed FROM secrets WHERE kind = 'env_var'")
      .all() as [{ id: string; sealed: Buffer }];
    const damage = (bytes: Buffer) =>
      sqlite.prepare('UPDATE secrets SET sealed = ? WHERE id = ?').run(bytes, id);
    const damaged = Buffer.from(sealed);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    damage(damaged);
    try {
      const { api, alone } = await askBoth('shop');
      expect(alone).toEqual(api);
      expect(alone).toMatchObject({ error_code: 'secret_unreadable' });
    } finally {
      damage(sealed);
      sqlite.close();
    }
    expect(await resolveAlone(options(), 'shop')).toHaveLength(3);
  });
});
