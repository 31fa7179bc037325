import { expect, it } from 'vitest';
import { describeOverDoors } from './harness.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  allOf?: Schema[];
  anyOf?: Schema[];
}
interface Operation {
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** The vault's answers are described in its own routes. */
const isOurs = (path: string) => !path.startsWith('/vault') && path !== '/doors';

describeOverDoors('the description of the API', (door) => {
  const read = async () => {
    const { paths, components } = (await door().request('GET', '/openapi.json')).body as Description;
    const operations = Object.entries(paths)
      .filter(([path]) => isOurs(path))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(
          ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
        ),
      );
    return { operations, schemas: pickReached(operations, components.schemas) };
  };

  it('names the shape of every JSON answer', async () => {
    const { operations, schemas } = await read();
    for (const [name, { responses }] of operations) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const schema = content['application/json']?.schema;
        if (!schema) continue;
        const ref = schema.$ref ?? schema.items?.$ref;
        expect(ref, `${name} ${status}`).toBeDefined();
        expect(schemas, name).toHaveProperty(ref?.split('/').at(-1) ?? '');
      }
    }
    expect(operations.length).toBeGreaterThan(40);
  });

  it('leaves free only what is free: the data of an audit line', async () => {
    const { schemas } = await read();
    const free: string[] = [];
    for (const [name, schema] of Object.entries(schemas)) {
      for (const part of [schema, ...(schema.allOf ?? [])]) {
        // Of a body: closed, see bodies/unknown-fields.test.ts.
        expect([undefined, false], name).toContain(part.additionalProperties);
        for (const [field, { additionalProperties }] of Object.entries(part.properties ?? {}))
          if (additionalProperties && isFree(additionalProperties)) free.push(`${name}.${field}`);
      }
    }
    expect(free.sort()).toEqual(['AuditLine.data']);
  });

  it('asks for every parameter of a path, and takes null for none', async () => {
    for (const [name, { parameters = [] }] of (await read()).operations)
      for (const parameter of parameters) {
        expect([parameter.schema.type].flat(), `${name} ${parameter.name}`).not.toContain('null');
        if (parameter.in === 'path') expect(parameter.required, `${name} ${parameter.name}`).toBe(true);
      }
  });

  it('says that nobody may be signed in', async () => {
    const { schemas } = await read();
    expect(schemas.CurrentSession?.properties?.user?.anyOf).toEqual([
      { $ref: '#/components/schemas/CurrentUser' },
      { type: 'null' },
    ]);
  });

  it('describes the export as text', async () => {
    const { operations } = await read();
    const [, operation] =
      operations.find(([name]) => name === 'GET /projects/{project}/variables/export') ?? [];
    expect(operation?.responses['200']?.content).toEqual({ 'text/plain': { schema: { type: 'string' } } });
  });
});

function isFree(additionalProperties: unknown): boolean {
  return additionalProperties === true || Object.keys(additionalProperties as object).length === 0;
}

/** The schemas that these operations lead to. */
function pickReached(from: unknown, all: Record<string, Schema>): Record<string, Schema> {
  const reached = new Map<string, Schema>();
  const follow = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      const schema = all[name];
      if (!schema || reached.has(name)) continue;
      reached.set(name, schema);
      follow(schema);
    }
  };
  follow(from);
  return Object.fromEntries(reached);
}
