import { expect, it } from 'vitest';
import { UNUSED } from '../../../electron/instance/http/unused-fields.ts';
import { ADMIN, describeOverDoors, type Who } from '../harness.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}
interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

const UNKNOWN = 'nobody_reads_this';

describeOverDoors('a field that a request does not have', (door) => {
  const read = async () => {
    const { paths, components } = (await door().request('GET', '/openapi.json')).body as {
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, Schema> };
    };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
        schema: operation.requestBody?.content['application/json']?.schema,
      })),
    );
    return { operations, schemas: components.schemas };
  };

  it('is excluded by the description of every body, at every depth', async () => {
    const { operations, schemas } = await read();
    const open: string[] = [];
    const unused: string[] = [];
    const look = (name: string, schema: Schema): void => {
      if (schema.$ref) look(name, schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
      if (schema.description?.startsWith(UNUSED)) unused.push(name);
      if (schema.properties && schema.additionalProperties !== false) open.push(name);
      for (const [field, inner] of Object.entries(schema.properties ?? {})) look(`${name} ${field}`, inner);
      for (const inner of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
        look(name, inner);
      if (schema.items) look(name, schema.items);
    };
    let bodies = 0;
    for (const { method, path, schema } of operations) {
      if (!schema) continue;
      bodies += 1;
      look(`${method} ${path}`, schema);
    }
    expect(open).toEqual([]);
    expect(bodies).toBeGreaterThan(60);
    // One table, of what upstream's clients send.
    const places = [...new Set(unused.map((name) => name.split(' ').slice(0, 2).join(' ')))].sort();
    expect(places).toEqual([
      'POST /projects',
      'POST /projects/{project}/git',
      'POST /projects/{project}/settings',
      'PUT /projects/{project}',
      'PUT /settings',
    ]);
  });

  it('is refused by its name on every route, before anything is done', async () => {
    await door().owner('POST', '/projects', { name: 'probe' });
    const ada = await door().signIn(ADMIN.email, ADMIN.password);
    const before = (await door().owner('GET', '/audit')).body.total;
    const { operations, schemas } = await read();
    const wrong: string[] = [];
    for (const { method, path, operation, schema } of operations) {
      if (method === 'GET' || operation.requestBody?.content['application/octet-stream']) continue;
      // What ends access happens whatever came with it: below.
      if (isDoneAnyway(`${method} ${path}`)) continue;
      const filled = fill(path, operation);
      const body = { ...chooseKind(schema, schemas), [UNKNOWN]: 'canary' };
      // Only for someone whose second factor is awaited: identity.test.ts.
      if (path === '/auth/unlock') continue;
      let answer = await door().owner(method, filled, body);
      // Not the owner's, who has no account: whose session it is has confirmed by signing in.
      if (answer.status === 403) answer = await atSession(method, filled, body, ada);
      const errors = Object.keys(answer.body?.errors ?? {});
      const isNamed =
        schema === undefined ? /takes no fields/.test(answer.body?.detail) : errors.includes(UNKNOWN);
      if (answer.status !== 400 || answer.body.error_code !== 'invalid_request' || !isNamed)
        wrong.push(`${method} ${path}: ${answer.status} ${answer.body?.detail}`);
      expect(answer.text).not.toContain('canary');
    }
    expect(wrong).toEqual([]);
    expect((await door().owner('GET', '/audit')).body.total).toBe(before);
  });

  const atSession = async (method: string, path: string, body: unknown, who: Who) =>
    await door().request(method, path, body, who);

  it('does not keep a lock, or the end of a session, from happening', async () => {
    const ada = await door().signIn(ADMIN.email, ADMIN.password);
    for (const [path, who] of [
      ['/logout', ada],
      ['/vault/lock', undefined],
    ] as const) {
      const answer = who
        ? await door().request('POST', path, { [UNKNOWN]: 1 }, who)
        : await door().owner('POST', path, { [UNKNOWN]: 1 });
      expect(answer.status, path).toBeLessThan(300);
    }
    expect((await door().owner('GET', '/vault/status')).body.state).toBe('locked');
  });

  it('is repeated only where it looks like a name', async () => {
    const answer = await door().request('POST', '/auth/login', {
      email: 'a@b',
      password: 'x',
      'hunter2 \u001b[2J canary': 1,
      ...Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`field${at}`, 1])),
    });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('canary');
    expect(Object.keys(answer.body.errors).length).toBeLessThanOrEqual(20);
  });
});

const isDoneAnyway = (route: string) =>
  ['POST /logout', 'POST /vault/lock', 'POST /auth/presence'].includes(route) ||
  /^DELETE .*sessions/.test(route);

/** Of a body of several kinds, what says that it is of the first. */
function chooseKind({ anyOf, oneOf }: Schema = {}, schemas: Record<string, Schema>): object {
  const [option] = anyOf ?? oneOf ?? [];
  const first = option?.$ref ? schemas[option.$ref.split('/').at(-1) ?? ''] : option;
  return Object.fromEntries(
    Object.entries(first?.properties ?? {}).flatMap(([name, { enum: values }]) =>
      values?.length === 1 ? [[name, values[0]]] : [],
    ),
  );
}

function fill(path: string, { parameters = [] }: Operation): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((parameter) => parameter.name === name && parameter.in === 'path')?.schema;
    if (name === 'project') return 'probe';
    if (name === 'environment') return 'production';
    if (schema?.format === 'uuid') return '6b2f6d0e-58a8-4a52-9d0c-0e3d6a9b1c11';
    return '1';
  });
}
