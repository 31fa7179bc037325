import { property, assert as requireHolds, string } from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { formatPath, type Schemas } from '../../../electron/cli/api-request.ts';
import type { Client } from '../../../electron/cli/client.ts';
import { CommandError } from '../../../electron/cli/command-error.ts';

describe('the path of a call', () => {
  it('has its parameters and its query encoded', () => {
    expect(
      formatPath('/projects/{project}/env-vars/{key}/value', {
        path: { project: 'a/b', key: '50%_ü 🔑?#' },
        query: { environment_id: 3, search: 'a&b=c +', skipped: undefined },
      }),
    ).toBe(
      '/projects/a%2Fb/env-vars/50%25_%C3%BC%20%F0%9F%94%91%3F%23/value?environment_id=3&search=a%26b%3Dc+%2B',
    );
    expect(formatPath('/vault/status', {})).toBe('/vault/status');
    expect(formatPath('/users/{id}', { path: { id: 7 }, query: {} })).toBe('/users/7');
  });

  it('is not made without one of its parameters', () => {
    expect(() => formatPath('/projects/{project}', {})).toThrow(/path parameter project is missing/);
    expect(() => formatPath('/projects/{project}', { path: { name: 'shop' } })).toThrow(TypeError);
  });

  it.each(['', '.', '..'])('takes no %j: it would lead to another path', (project) => {
    const make = () => formatPath('/projects/{project}/env-vars', { path: { project } });
    expect(make).toThrow(CommandError);
    expect(make).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('leads where it says, whatever a name is made of', () => {
    void requireHolds(
      property(string({ unit: 'grapheme', minLength: 1 }), (name) => {
        if (name === '.' || name === '..') return;
        const path = formatPath('/projects/{project}/env-vars', { path: { project: name } });
        const segments = new URL(`http://localhost/api${path}`).pathname.split('/');
        expect(segments.map(decodeURIComponent)).toEqual(['', 'api', 'projects', name, 'env-vars']);
      }),
    );
  });
});

it('lets a call through only as the API describes it', () => {
  // Checked by tsc; nothing of it runs.
  const calls = async (client: Client) => {
    expectTypeOf(await client.get('/vault/status')).toEqualTypeOf<Schemas['VaultStatus']>();
    expectTypeOf(await client.get('/audit/logs')).toEqualTypeOf<Schemas['AuditLine'][]>();
    expectTypeOf(await client.post('/vault/lock')).toEqualTypeOf<undefined>();
    expectTypeOf(
      await client.get('/projects/{project}/variables/export', { path: { project: 'shop' } }),
    ).toEqualTypeOf<string>();
    // @ts-expect-error a path there is none of
    await client.get('/vault/moon');
    // @ts-expect-error a method the path does not take
    await client.post('/vault/status');
    // @ts-expect-error a parameter of the path is missing
    await client.get('/projects/{project}');
    // @ts-expect-error a parameter of the path has another name
    await client.get('/projects/{project}', { path: { name: 'shop' } });
    // @ts-expect-error a parameter the query does not have
    await client.get('/audit/logs', { query: { limits: 3 } });
    // @ts-expect-error the body is missing
    await client.post('/vault/custody');
    // @ts-expect-error a value the body does not take
    await client.post('/vault/custody', { body: { custody: 'moon' } });
    // @ts-expect-error a body where none is taken
    await client.post('/vault/lock', { body: {} });
  };
  expect(calls).toBeTypeOf('function');
});
