import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permissions } from '../../electron/instance/access/permissions.ts';
import { toPlainText } from '../../electron/instance/audit/sentence.ts';
import { compose } from '../../electron/instance/capabilities.ts';
import { createRoutes } from '../../electron/instance/http/api.ts';
import { type Capability, requireDistinct } from '../../electron/instance/kernel/capability.ts';
import { openVault } from '../../electron/instance/vault/vault-core.ts';
import { noExchange, openTestContext, type TestContext } from '../context.ts';
import rooms from './rooms.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const sources = globSync('electron/**/*.ts', { cwd: root }).sort();
const instance = sources.filter((file) => file.startsWith('electron/instance/'));
const roomOf = (file: string) => file.split('/')[2] ?? '';
const all = instance.map(read).join('\n');

/** More than this is two subjects in one room. */
const MAX_FILES = 20;

describe('the rooms', () => {
  it('hold at most twenty files each', () => {
    const files = globSync('{electron,renderer,test}/**/*.{ts,tsx,css,c}', { cwd: root });
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    const large = [...counts].filter(([, count]) => count > MAX_FILES);
    expect(large).toEqual([]);
    expect(counts.size).toBeGreaterThan(50);
  });

  it('of the order are there, each once; every other is a capability', () => {
    const found = [...new Set(instance.filter((file) => file.split('/').length > 3).map(roomOf))];
    expect(new Set(rooms.order).size).toBe(rooms.order.length);
    expect(rooms.order.filter((name) => !found.includes(name))).toEqual([]);
    const others = found.filter((name) => !rooms.order.includes(name));
    expect(others.filter((name) => !instance.includes(`electron/instance/${name}/capability.ts`))).toEqual(
      [],
    );
    expect(Object.keys(rooms.arrows).filter((name) => !others.includes(name))).toEqual([]);
  });
});

/** Tables named in SQL by another room than their owner's, each for a reason. */
const visits = [
  ['audit', 'api_keys'], // who did something is named as they are named now, and so is whose key it was
  ['audit', 'deployment_tokens'], // the same of tokens
  ['audit', 'former_emails'], // the same of people by the address they had then
  ['audit', 'users'], // the same of people
  ['deployments', 'environments'], // what is in the trash does not run
  ['deployments', 'projects'], // the same
  ['identity', 'projects'], // a deployment token is named with its project
  ['projects', 'audit_log'], // the history of an environment is told from the log
  ['projects', 'deployment_tokens'], // the secrets of a project's tokens go with it
  ['projects', 'project_members'], // roles in a project end with it
  ['projects', 'secrets'], // when a variable was last read
];

describe('a table', () => {
  const owners = new Map(
    [
      ...globSync('electron/instance/*/schema.ts', { cwd: root }),
      'electron/instance/store/instance-table.ts',
    ].flatMap((file) =>
      [...read(file).matchAll(/sqliteTable\(\s*'(\w+)'/g)].map(([, table = '']) => [table, roomOf(file)]),
    ),
  );

  it('is named in SQL by its owner alone, but for the listed', () => {
    const found = new Set<string>();
    for (const file of sources.filter((name) => !/(schema|instance-table)\.ts$/.test(name)))
      for (const [, table = ''] of read(file).matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+"?([a-z_]+)/g)) {
        const owner = owners.get(table);
        if (owner !== undefined && owner !== roomOf(file)) found.add(`${roomOf(file)} ${table}`);
      }
    expect([...found].sort()).toEqual(visits.map((visit) => visit.join(' ')).sort());
    expect(owners.size).toBeGreaterThan(15);
  });
});

/** Shipped migrations never change: a database that has one would differ from a new one. A release adds its own here. */
const shipped: Record<string, string> = {
  '0000_init.sql': '6df21df5a8964e0ae637fcaab0affbdac2dc0b084193ff8f910d627771735466',
  '0001_audit_append_only.sql': 'f56007fd13733988891708d77fb88e8251617db4d05d922cf5bc74408bc56e23',
  '0002_jobs.sql': '3f8006a4f397f01676be7e95d7e5a7268b1e0557f0f8917a8b08e2e4fdeb6b68',
};

describe('a migration', () => {
  it('is as it was shipped, and new ones come after those', () => {
    const folder = 'electron/instance/store/migrations';
    const found = globSync(`${folder}/*.sql`, { cwd: root }).sort();
    const hashes = found.map((file) => [
      file.slice(folder.length + 1),
      createHash('sha256').update(read(file)).digest('hex'),
    ]);
    expect(hashes.slice(0, Object.keys(shipped).length)).toEqual(Object.entries(shipped));
  });
});

describe('what capabilities declare', () => {
  let test: TestContext;
  let capabilities: readonly Capability[];
  beforeAll(async () => {
    test = openTestContext();
    const { ctx } = test;
    const core = await openVault({
      dataDir: test.dataDir,
      env: {},
      processes: ctx.processes,
      store: ctx.store,
      audit: ctx.audit,
      clock: ctx.clock,
      log: ctx.log,
      emit() {},
    });
    ({ capabilities } = compose(ctx, core, noExchange, () => null));
  });
  afterAll(() => test.close());
  const declared = <T>(list: (capability: Capability) => readonly T[]) => capabilities.flatMap(list);

  it('is there for every room that is one', () => {
    const found = instance
      .filter((file) => file.endsWith('/capability.ts') && roomOf(file) !== 'kernel')
      .map(roomOf);
    expect(capabilities.map(({ name }) => name).sort()).toEqual(found.sort());
  });

  it('are operations that are used, and no others', () => {
    const names = declared(({ operations }) => Object.keys(operations));
    const used = new Set([...all.matchAll(/\b[a-z]+Operations\.([A-Z_]+)\b/g)].map(([, name = '']) => name));
    for (const [, list = ''] of all.matchAll(/const \{ ([A-Z_, ]+) \} = [a-z]+Operations;/g))
      for (const name of list.split(', ')) used.add(name);
    expect([...used].sort()).toEqual(names.sort());
    expect(names.length).toBeGreaterThan(50);
  });

  it('are operations with a title and a sentence, for lines of old versions too', () => {
    const names = { user: () => 'ada@example.org' };
    for (const operation of declared(({ operations }) => Object.values(operations))) {
      const sentence = toPlainText(operation.say({}, names));
      expect(`${operation.title}: ${sentence}`, operation.name).toMatch(/^[A-Z][^:]+: [A-Z].*[^ .]$/);
      expect(sentence, operation.name).not.toContain('undefined');
    }
  });

  it('are permissions that a route asks for or a resource needs', () => {
    const heard = declared(({ resources }) => Object.values(resources));
    const isAsked = (permission: string) => new RegExp(`(require|[?:]).*'${permission}'`).test(all);
    const unused = permissions.filter((permission) => !isAsked(permission) && !heard.includes(permission));
    expect(unused).toEqual([]);
  });

  it('are the resources of every path that something can be changed at', () => {
    const resources = declared(({ resources: own }) => Object.keys(own));
    const paths = declared(({ routes }) => routes.routes)
      .filter(({ method }) => !['GET', 'ALL'].includes(method))
      .map(({ path }) => path.split('/')[1] ?? '');
    // Asked with a body, and changes nothing.
    const changing = [...new Set(paths)].filter(
      (path) => !['secret-guess', 'generated-values'].includes(path),
    );
    // What runs there changes without a request.
    expect(resources.sort()).toEqual([...changing, 'apps'].sort());
  });

  it('are the kinds of every secret that is encrypted', () => {
    const kinds = declared(({ keepers = [] }) => keepers.map(({ kind }) => kind));
    const used = [...new Set([...all.matchAll(/\.seal\('(\w+)'/g)].map(([, kind = '']) => kind))];
    expect(used.sort()).toEqual([...kinds].sort());
  });

  it('are jobs under the name of their capability, with a title', () => {
    for (const { name, jobs = [] } of capabilities)
      for (const job of jobs) {
        expect(job.name).toMatch(new RegExp(`^${name}\\.[a-z]+$`));
        expect(job.title).toMatch(/^[A-Z]/);
      }
    expect(declared(({ jobs = [] }) => jobs).length).toBeGreaterThan(4);
  });

  it('is refused by name where two declare the same', () => {
    const twin = (name: string, more: Partial<Capability> = {}): Capability => ({
      name,
      resources: {},
      operations: {},
      routes: createRoutes(),
      ...more,
    });
    const [first] = capabilities;
    if (!first) throw new Error('There are no capabilities.');
    const pairs: [string, Capability][] = [
      ['capability', twin(first.name)],
      ['resource', twin('twin', { resources: { vault: 'vault:read' } })],
      [
        'operation',
        twin('twin', { operations: { VAULT_LOCKED: Object.values(first.operations)[0] as never } }),
      ],
      ['live view', twin('twin', { views: first.views ?? [] })],
      ['job', twin('twin', { jobs: first.jobs ?? [] })],
      ['health reason', twin('twin', { health: first.health ?? {} })],
    ];
    for (const [what, other] of pairs)
      expect(() => requireDistinct([first, other]), what).toThrow(
        new RegExp(`^The ${what} \\S+ is declared by vault and by`),
      );
  });
});
