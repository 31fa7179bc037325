import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { AppError } from '../../../electron/instance/kernel/app-error.ts';
import { quick } from '../../work-factor.ts';

const FILES = 200;
const PAGE_BYTES = 4096;
let folder: string;
let sound: string;

/** Numbers that look random and are the same in every run (a linear congruential generator). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function ask(instance: Instance, method: string, path: string, body?: object) {
  const response = await instance.fetch(
    new Request(`http://localhost/api${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    }),
    createOwner('window', Date.now()),
  );
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : null };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-damaged-'));
  sound = join(folder, 'sound');
  const instance = await openInstance({ dataDir: sound, env: {}, ...quick });
  await ask(instance, 'POST', '/users/administrator', {
    email: 'ada@example.org',
    password: 'a long enough password',
  });
  await ask(instance, 'POST', '/projects', { name: 'shop' });
  for (let at = 0; at < 120; at++)
    await ask(instance, 'POST', '/projects/shop/env-vars', {
      key: `VARIABLE_${at}`,
      value: `value of ${at} `.repeat(at % 7 === 0 ? 400 : 4),
      is_secret: at % 2 === 0,
    });
  await instance.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reads = [
  '/vault/status',
  '/vault/key',
  '/vault/key/epochs',
  '/vault/key/copies',
  '/vault/secrets?kind=env_var',
  '/vault/recovery',
  '/projects',
  '/projects/shop/env-vars',
  '/projects/shop/env-vars/VARIABLE_8/value',
  '/projects/shop/variables/resolved?environment=production',
  '/projects/shop/env-vars/9/history',
  '/users',
  '/api-keys',
  '/audit/logs',
  '/jobs',
  '/settings',
  '/diagnostics',
];

describe('a database with overwritten pages', () => {
  it(`is named as damaged with the next step, wherever it is met: ${FILES} files`, {
    timeout: 300_000,
  }, async () => {
    const bytes = readFileSync(join(sound, 'temps.db'));
    const pages = bytes.length / PAGE_BYTES;
    let met = 0;
    for (let file = 0; file < FILES; file++) {
      const random = createRandom(file + 1);
      const damaged = Buffer.from(bytes);
      const hit = Array.from({ length: 1 + random(4) }, () => random(pages));
      for (const page of hit)
        for (let at = 0; at < PAGE_BYTES; at++)
          damaged[page * PAGE_BYTES + at] = file % 3 === 0 ? 0 : random(256);
      const dataDir = join(folder, `damaged ${file}`);
      cpSync(sound, dataDir, { recursive: true });
      writeFileSync(join(dataDir, 'temps.db'), damaged);
      const what = `file ${file}, pages ${hit.join(', ')} of ${pages}`;
      const isMet = await meet(dataDir, what);
      if (isMet) met += 1;
      rmSync(dataDir, { recursive: true });
    }
    // Some hit only free pages or a row nobody asks for.
    expect(met).toBeGreaterThan(FILES / 2);
  });
});

/** Opens and reads everything. Whether damage showed; how it must show is expected here. */
async function meet(dataDir: string, what: string): Promise<boolean> {
  let instance: Instance;
  try {
    instance = await openInstance({ dataDir, env: {}, ...quick });
  } catch (error) {
    expect(error, what).toBeInstanceOf(AppError);
    expectNextStep(error as AppError, what);
    return true;
  }
  let isMet = false;
  try {
    for (const path of reads) {
      const { status, body } = await ask(instance, 'GET', path);
      if (status === 200) continue;
      isMet = true;
      expectNextStep({ code: body.error_code, message: body.detail }, `${what}: ${path}`);
    }
    for (const [path, body] of [
      ['/vault/doctor?wait=true', undefined],
      ['/projects/shop/env-vars', { key: 'NEW', value: 'value', is_secret: true }],
    ] as const) {
      const answer = await ask(instance, 'POST', path, body);
      if (answer.status < 300) continue;
      isMet = true;
      expectNextStep({ code: answer.body.error_code, message: answer.body.detail }, `${what}: ${path}`);
    }
  } finally {
    await instance.stop();
  }
  return isMet;
}

/** Damage has its name; what lies in a damaged row may be missing, locked or unreadable, which have theirs. */
function expectNextStep({ code, message }: { code: string; message: string }, what: string): void {
  expect(
    [
      'database_damaged',
      'database_not_one',
      'database_foreign',
      'database_newer',
      'secret_unreadable',
      'vault_locked',
      'not_found',
    ],
    `${what}: ${code} ${message}`,
  ).toContain(code);
  if (code === 'database_damaged') expect(message, what).toMatch(/restore a backup|put a backup/);
}
