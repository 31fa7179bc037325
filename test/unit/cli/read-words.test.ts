import { expect, it } from 'vitest';
import type { Schemas } from '../../../electron/cli/api-request.ts';
import { describeRead, describeUnusual } from '../../../electron/cli/read-words.ts';

const at = Date.parse('2026-06-01T12:00:00Z');
const by = {
  kind: 'key',
  who: 'key 3',
  name: 'API key ci',
  email: null,
  person: 'Ada',
  is_deleted: false,
} as const;
const key = { by, kind: 'key', via: null, name: 'api key ci', how: 'exported', ip: '127.0.0.1' } as const;

it('says who read a secret, how and how often', () => {
  const read: Schemas['VariableRead'] = { ...key, count: 2, together: 12, first_at: at, last_at: at };
  expect(describeRead(read)).toEqual([
    '2026-06-01T12:00:00.000Z',
    'API key ci of Ada',
    'exported, with 11 other variables',
    '2 times',
    '127.0.0.1',
  ]);
  expect(describeRead({ ...read, together: 2 })[2]).toBe('exported, with 1 other variable');
  const own = { ...read, kind: 'owner', via: 'socket', how: 'run', together: 1, count: 1, ip: null } as const;
  expect(describeRead(own).slice(1)).toEqual([
    'the owner, on the command line',
    'read for a program',
    '1 time',
    '',
  ]);
});

it('says what is unusual of a reading', () => {
  const read: Schemas['UnusualRead'] = {
    ...key,
    id: 1,
    at,
    rule: 'new_key',
    variables: 1,
    path: '/people/keys',
  };
  expect(describeUnusual(read)).toBe(
    'API key ci of Ada read 1 secret (exported) at 2026-06-01T12:00:00.000Z from 127.0.0.1: its first reading, within a day of its creation.',
  );
  expect(describeUnusual({ ...read, rule: 'bulk', ip: null, variables: 30 })).toBe(
    'API key ci of Ada read 30 secrets (exported) at 2026-06-01T12:00:00.000Z: never so many before within an hour.',
  );
  expect(describeUnusual({ ...read, rule: 'people', how: 'managed', variables: 3 })).toBe(
    'API key ci of Ada managed people 3 times, first at 2026-06-01T12:00:00.000Z from 127.0.0.1: a program added, deleted or restored people, or changed their roles; audit has each.',
  );
});
