import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProject } from '../../../../electron/instance/projects/projects.ts';
import { findBrokenReferences } from '../../../../electron/instance/projects/variables/reference-check.ts';
import { resolveVariables } from '../../../../electron/instance/projects/variables/references.ts';
import { insertVariable } from '../../../../electron/instance/projects/variables/variable-rows.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { openTestContext, type TestContext } from '../../../context.ts';

const LONG = 20_000;

describe('resolving references', () => {
  let test: TestContext;
  let projectId: number;
  let environmentId: number;
  beforeEach(() => {
    test = openTestContext();
    projectId = createProject(test.ctx, null, { name: 'shop' }).id;
    environmentId = test.ctx.store.sqlite.prepare('SELECT id FROM environments').pluck().get() as number;
  });
  afterEach(() => test.close());

  const add = (key: string, value: string, isSecret = false) =>
    insertVariable(
      test.ctx,
      projectId,
      {
        key,
        value: new SecretText(value),
        isSecret,
        environmentIds: [environmentId],
        includeInPreview: false,
      },
      'test',
    );
  const resolve = (skipUnreadable = false) =>
    resolveVariables(test.ctx, projectId, environmentId, skipUnreadable);

  /** `V0` refers to `V1`, and so on; the last one has `end`. */
  function addChain(end: string): void {
    test.ctx.store.sqlite.exec(`
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${LONG})
      INSERT INTO env_vars (project_id, key, is_secret, value, position, created_at, updated_at)
        SELECT ${projectId}, 'V' || i, 0, CASE WHEN i < ${LONG} THEN '\${{V' || (i + 1) || '}}' ELSE '${end}' END, i, 0, 0 FROM n;
      INSERT INTO env_var_environments (env_var_id, environment_id) SELECT id, ${environmentId} FROM env_vars;
      INSERT INTO env_var_versions (env_var_id, version, is_secret, value, change, changed_by, changed_at)
        SELECT id, 1, 0, value, 'created', 'test', 0 FROM env_vars;
    `);
  }

  it('follows a chain as long as the environment', async () => {
    addChain('end');
    const { variables } = await resolve();
    expect(variables).toHaveLength(LONG + 1);
    expect(variables.every(({ value }) => value.reveal() === 'end')).toBe(true);
  });

  it('names what is missing at the end of it, and skips all that leads there in one go', async () => {
    addChain('${{NOPE}}');
    await expect(resolve()).rejects.toMatchObject({ code: 'reference_missing' });
    // In work and not in time: on a busy machine the slices wait for each other.
    const before = process.cpuUsage();
    expect((await resolve(true)).skipped).toHaveLength(LONG + 1);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(10_000);
  });

  it('tells a long circle by its first names', async () => {
    addChain('${{V0}}');
    await expect(resolve()).rejects.toThrow(/^.{50,300}$/);
    await expect(resolve()).rejects.toThrow('V0 → V1 → V2');
    expect((await resolve(true)).skipped.every(({ code }) => code === 'reference_cycle')).toBe(true);
  });

  it('stops a value that grows without end before it is put together', async () => {
    add('A', 'x'.repeat(500_000));
    add('B', '${{A}}'.repeat(100_000));
    await expect(resolve()).rejects.toMatchObject({ code: 'secret_too_large' });
    expect((await resolve(true)).variables.map(({ key }) => key)).toEqual(['A']);
  });

  it('stops an environment that grows without end', async () => {
    add('A', 'x'.repeat(1_000_000));
    for (let at = 0; at < 30; at++) add(`B${at}`, '${{A}}'.repeat(4));
    await expect(resolve()).rejects.toMatchObject({ code: 'secret_too_large' });
  });

  it('takes a value for secret as soon as a secret went into it, however far away', async () => {
    add('S', 'hidden', true);
    add('A', '${{S}}');
    add('B', '${{A}} and $${{S}}');
    expect((await resolve()).variables.map(({ value, isSecret }) => [value.reveal(), isSecret])).toEqual([
      ['hidden', true],
      ['hidden', true],
      ['hidden and ${{S}}', true],
    ]);
  });
});

describe('checking references', () => {
  const check = (values: Record<string, string | undefined>, names = Object.keys(values)) =>
    findBrokenReferences(names, (name) => (Object.hasOwn(values, name) ? values[name] : null)).map(
      ({ key, code, name }) => `${key} ${code === 'reference_missing' ? 'lacks' : 'circles by'} ${name}`,
    );

  it.each([
    [{ A: '${{B}}', B: 'x' }, []],
    [{ A: '${{A}}' }, ['A circles by A']],
    [{ A: '${{B}} ${{C}}' }, ['A lacks B', 'A lacks C']],
    [{ A: '${{B}}', B: '${{A}}' }, ['A circles by B', 'B circles by A']],
    [{ A: '${{B}}', B: '${{C}}', C: '${{B}}' }, ['B circles by C', 'C circles by B']],
    [
      { 'shared.A': '${{B}}', 'shared.B': '${{shared.A}}' },
      ['shared.A circles by shared.B', 'shared.B circles by shared.A'],
    ],
    [{ 'shared.A': '${{B}}', B: 'not this one' }, ['shared.A lacks shared.B']],
    [{ A: '${{B}}', B: undefined }, []],
    [{ A: '${{constructor}}' }, ['A lacks constructor']],
  ])('%j', (values, broken) => {
    expect(check(values)).toEqual(broken);
  });

  it('tells of the variables it was asked about alone', () => {
    expect(check({ A: '${{B}}', B: '${{NOPE}}' }, ['A'])).toEqual([]);
    expect(check({ A: '${{B}}', B: '${{C}}', C: '${{B}}' }, ['A'])).toEqual([]);
    expect(check({ A: '${{B}}', B: '${{A}}' }, ['A'])).toEqual(['A circles by B']);
  });

  it('follows a chain of any length, each value once', () => {
    let reads = 0;
    const read = (name: string) => {
      reads += 1;
      const at = Number(name.slice(1));
      return at < LONG ? `\${{V${at + 1}}}` : '${{V0}}';
    };
    expect(findBrokenReferences(['V0'], read)).toMatchObject([{ key: 'V0', code: 'reference_cycle' }]);
    expect(reads).toBeLessThan(3 * LONG);
  });
});
