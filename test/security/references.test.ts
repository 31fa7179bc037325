import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import {
  exportEnvFile,
  type Place,
  resolveAll,
} from '../../electron/instance/projects/env-files/env-export.ts';
import { listEnvironments } from '../../electron/instance/projects/environments.ts';
import { createProject } from '../../electron/instance/projects/projects.ts';
import {
  createReadRecorder,
  type ReadRecorder,
} from '../../electron/instance/projects/reads/read-recorder.ts';
import { findBrokenReferences } from '../../electron/instance/projects/variables/reference-check.ts';
import { createVariable } from '../../electron/instance/projects/variables/variable-changes.ts';
import { insertVariable } from '../../electron/instance/projects/variables/variable-rows.ts';
import { listVariables, searchVariables } from '../../electron/instance/projects/variables/variables.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { openDoor } from '../api/harness.ts';
import { openTestContext, type TestContext } from '../context.ts';

const MEGABYTE = 'x'.repeat(1_000_000);
/** Megabytes that are more than the budget. */
const TOO_MANY = 68;
/** What may be needed beside the budget: its characters in two bytes each, the answer, garbage. */
const MOST_MIB = 600;

const refusedFor = (name: string | RegExp) =>
  expect.objectContaining({ code: 'secret_too_large', message: expect.stringMatching(name) });

describe('values that grow by references', () => {
  let test: TestContext;
  let place: Place;
  let reads: ReadRecorder;
  beforeEach(() => {
    test = openTestContext();
    reads = createReadRecorder(test.ctx);
    const project = createProject(test.ctx, null, { name: 'shop' });
    const [environment] = listEnvironments(test.ctx, project.id);
    if (!environment) throw new Error('there is no environment');
    place = { project, environment };
  });
  afterEach(() => test.close());

  function add(key: string, value: string, { isSecret = false, isShared = false } = {}): void {
    const fields = {
      key,
      value: new SecretText(value),
      isSecret,
      environmentIds: isShared ? [] : [place.environment.id],
      includeInPreview: false,
    };
    insertVariable(test.ctx, isShared ? null : place.project.id, fields, 'test');
  }
  /** The first variable needs all the others, each of which is four times a megabyte. */
  function addBomb(count: number, { isShared = false } = {}): void {
    const to = (name: string) => `\${{${isShared ? 'shared.' : ''}${name}}}`;
    test.ctx.store.transaction(() => {
      add('ROOT', Array.from({ length: count }, (_, at) => to(`B${at}`)).join(''));
      for (let at = 0; at < count; at++) add(`B${at}`, to('A').repeat(4), { isShared });
      add('A', MEGABYTE, { isShared });
    });
  }
  const owner = () => createOwner('socket', test.clock.now());
  const run = (skipUnreadable = false) =>
    resolveAll(test.ctx, reads, owner(), place, { skipUnreadable, purpose: 'run' });
  const audited = () => test.ctx.audit.count({ operation: 'ENV_VARS_RESOLVED' });

  it.each([
    ['1,250 times four megabytes', false, false],
    ['shared ones, which are no results', true, false],
    ['with leave to skip what cannot be read', false, true],
  ])('are refused by name before they fill the memory: %s', async (_what, isShared, skipUnreadable) => {
    addBomb(1250, { isShared });
    const before = process.resourceUsage().maxRSS;
    await expect(run(skipUnreadable)).rejects.toEqual(refusedFor(/^With (shared\.)?B\d+, .* 64 MiB/));
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(MOST_MIB);
    expect(audited()).toBe(0);
  });

  it.each([
    ['plain', false],
    ['secret', true],
  ])('are counted where they stand, in a chain of %s values', async (_what, isSecret) => {
    for (let at = 0; at < TOO_MANY; at++)
      add(`V${at}`, `${MEGABYTE}${at + 1 < TOO_MANY ? `\${{V${at + 1}}}` : ''}`, { isSecret });
    await expect(run()).rejects.toEqual(refusedFor(/^With V\d+, /));
    // Saving a value that leads there reads as much.
    const fields = {
      key: 'NEW',
      value: new SecretText('${{V0}}'),
      isSecret: false,
      environmentIds: [place.environment.id],
      includeInPreview: false,
    };
    const scope = { projectId: place.project.id, name: 'shop' };
    expect(() => createVariable(test.ctx, owner(), scope, fields, { allowUnresolved: false })).toThrow(
      refusedFor(/^With V\d+, /),
    );
    expect(createVariable(test.ctx, owner(), scope, fields, { allowUnresolved: true }).key).toBe('NEW');
  });

  it('are counted when they are exported, listed and searched, and can be deleted then', async () => {
    test.ctx.store.transaction(() => {
      for (let at = 0; at < TOO_MANY; at++) add(`P${at}`, MEGABYTE);
    });
    const { ctx } = test;
    await expect(exportEnvFile(ctx, reads, owner(), place)).rejects.toEqual(refusedFor(/^With P\d+, /));
    await expect(listVariables(ctx, place.project.id)).rejects.toEqual(refusedFor(/^With P\d+, /));
    await expect(searchVariables(ctx, 'P', [place.project.id], 1000)).rejects.toEqual(
      refusedFor(/^With P\d+, /),
    );
    expect(ctx.audit.count({ operation: 'ENV_VARS_EXPORTED' })).toBe(0);
    expect(await searchVariables(ctx, 'P67', [place.project.id], 1000)).toHaveLength(1);
  });

  it('are counted with the names that they refer to', async () => {
    // Each name is kept, and takes many times as much as its few letters.
    const names = Array.from({ length: 90_000 }, (_, at) => `\${{A${at.toString(36)}}}`).join('');
    test.ctx.store.transaction(() => {
      for (let at = 0; at < 15; at++) add(`N${at}`, names);
    });
    await expect(run(true)).rejects.toEqual(refusedFor(/^With N\d+, /));
  });

  it('of an export grow by what their quotes need', async () => {
    test.ctx.store.transaction(() => {
      for (let at = 0; at < 25; at++) add(`Q${at}`, `'${'$'.repeat(1_000_000)}`, { isSecret: true });
    });
    await expect(run()).resolves.toMatchObject({ skipped: [] });
    for (let at = 25; at < 40; at++) add(`Q${at}`, `'${'$'.repeat(1_000_000)}`, { isSecret: true });
    await expect(run()).resolves.toMatchObject({ skipped: [] });
    await expect(exportEnvFile(test.ctx, reads, owner(), place)).rejects.toEqual(refusedFor(/^With Q\d+, /));
  });

  it('that a reader meets while they change are read again, as they were at one time', async () => {
    test.ctx.store.transaction(() => {
      for (let at = 0; at < 3000; at++) add(`V${at}`, `before ${at}`, { isSecret: true });
    });
    const running = run();
    // Its first slice is over: it waits for its turn.
    test.ctx.store.sqlite.prepare("DELETE FROM env_vars WHERE key = 'V2999'").run();
    test.ctx.store.sqlite.prepare('UPDATE env_vars SET updated_at = updated_at + 1').run();
    const { variables } = await running;
    expect(variables).toHaveLength(2999);
  });
});

describe('broken references', () => {
  it('are told up to a thousand, however many there are', () => {
    const names = Array.from({ length: 5000 }, (_, at) => `V${at}`);
    const all = names.map((name) => `\${{${name}}}`).join('');
    const began = performance.now();
    // Every variable refers to every other: 25 million circles.
    expect(findBrokenReferences(names, () => all)).toHaveLength(1000);
    expect(findBrokenReferences(names, (name) => (names.includes(name) ? '${{NO}}' : null))).toHaveLength(
      1000,
    );
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

it('a bomb of references is an answer, and the instance goes on', async () => {
  const door = await openDoor('https');
  try {
    await door.owner('POST', '/projects', { name: 'shop' });
    const lines = Array.from({ length: 1250 }, (_, at) => `B${at}=${'${{A}}'.repeat(4)}`);
    const root = `ROOT=${Array.from({ length: 1250 }, (_, at) => `\${{B${at}}}`).join('')}`;
    const content_base64 = Buffer.from([root, ...lines].join('\n')).toString('base64');
    expect((await door.owner('POST', '/projects/shop/variables/import', { content_base64 })).status).toBe(
      200,
    );
    expect((await door.owner('POST', '/projects/shop/env-vars', { key: 'A', value: MEGABYTE })).status).toBe(
      201,
    );
    const key = await door.owner('POST', '/api-keys', { name: 'eve', role_type: 'user' });
    const who = { token: key.body.api_key as string };
    const before = process.resourceUsage().maxRSS;
    const ask = () => door.request('GET', '/projects/shop/variables/resolved', undefined, who);
    const refused = await Promise.all(Array.from({ length: 8 }, ask));
    for (const { status, body } of refused) {
      expect(status).toBe(413);
      expect(body.error_code).toBe('secret_too_large');
      expect(body.detail).toMatch(/^With B\d+, the values needed at once are over 64 MiB/);
    }
    // One at a time: what one needs is what all of them need.
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(MOST_MIB);
    expect((await door.request('GET', '/projects/shop/env-vars', undefined, who)).body).toHaveLength(1252);
  } finally {
    await door.stop();
  }
});
