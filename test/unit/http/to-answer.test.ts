import { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { toAnswer } from '../../../electron/instance/http/to-answer.ts';

const personShape = z.object({ user_id: z.int(), name: z.string() }).openapi('Person');
const rowShape = z
  .object({
    id: z.int(),
    created_at: z.int(),
    content_base64: z.string().nullable(),
    kind: z.enum(['plain', 'sealed']),
    permissions: z.array(z.string()),
    made_by: z.union([personShape, z.null()]),
    seen_by: z.array(personShape),
    last_place: z.object({ free_bytes: z.int() }).nullable(),
    by_kind: z.partialRecord(z.enum(['env_var', 'api_key']), z.number()),
    data: z.record(z.string(), z.unknown()).nullable(),
    raw: z.unknown(),
    note: z.string().optional(),
    next_step: z.object({ due_at: z.int() }).optional(),
  })
  .openapi('Row');

const row = {
  id: 1,
  createdAt: 2,
  contentBase64: null,
  kind: 'sealed',
  permissions: ['a', 'b'],
  madeBy: { userId: 3, name: 'Ada', passwordHash: 'hash' },
  seenBy: [
    { userId: 4, name: 'Bea', passwordHash: 'hash' },
    { userId: 5, name: 'Cem', passwordHash: 'hash' },
  ],
  lastPlace: { freeBytes: 6, path: '/media' },
  byKind: { env_var: 7 },
  data: { snake_case: { insideOf_it: 8 } },
  raw: { camelCase: 9 },
  sealed: 'sealed text',
} as const;

const answer = {
  id: 1,
  created_at: 2,
  content_base64: null,
  kind: 'sealed',
  permissions: ['a', 'b'],
  made_by: { user_id: 3, name: 'Ada' },
  seen_by: [
    { user_id: 4, name: 'Bea' },
    { user_id: 5, name: 'Cem' },
  ],
  last_place: { free_bytes: 6 },
  by_kind: { env_var: 7 },
  data: { snake_case: { insideOf_it: 8 } },
  raw: { camelCase: 9 },
};

describe('an answer', () => {
  it('has what its shape names, renamed, at every depth, and nothing else', () => {
    expect(toAnswer(rowShape, row)).toStrictEqual(answer);
  });

  it('has its keys in the order of its shape', () => {
    const mixed = Object.fromEntries(Object.entries(row).reverse()) as unknown as typeof row;
    expect(JSON.stringify(toAnswer(rowShape, mixed))).toBe(JSON.stringify(answer));
  });

  it('keeps null where something may be missing', () => {
    const empty = { ...row, madeBy: null, lastPlace: null, data: null, seenBy: [], byKind: {} };
    expect(toAnswer(rowShape, empty)).toStrictEqual({
      ...answer,
      made_by: null,
      last_place: null,
      data: null,
      seen_by: [],
      by_kind: {},
    });
  });

  it('has what is optional where it is there', () => {
    const nextStep = { dueAt: 10, secret: 'x' };
    expect(toAnswer(rowShape, { ...row, note: undefined })).not.toHaveProperty('note');
    expect(toAnswer(rowShape, { ...row, note: 'n', nextStep })).toStrictEqual({
      ...answer,
      note: 'n',
      next_step: { due_at: 10 },
    });
  });

  it('may be a list, or be null', () => {
    const people = [{ userId: 1, name: 'Ada', sealed: 'x' }];
    expect(toAnswer(z.array(personShape), people)).toStrictEqual([{ user_id: 1, name: 'Ada' }]);
    expect(toAnswer(personShape.nullable(), null)).toBeNull();
    expect(toAnswer(z.array(personShape).nullable(), null)).toBeNull();
    expect(toAnswer(z.array(personShape.nullable()), [null])).toStrictEqual([null]);
  });

  it('is one of several objects', () => {
    const proofShape = z.union([
      z.object({ needed: z.null() }),
      z.object({ needed: z.literal('words'), word_positions: z.array(z.number()) }),
    ]);
    const words = { needed: 'words', wordPositions: [1, 5], sealed: 'x' } as const;
    expect(toAnswer(proofShape, words)).toStrictEqual({ needed: 'words', word_positions: [1, 5] });
    expect(toAnswer(proofShape, { needed: null })).toStrictEqual({ needed: null });
  });

  it('leaves what it is made from as it was', () => {
    const before = structuredClone(row);
    toAnswer(rowShape, row);
    expect(row).toStrictEqual(before);
  });

  it('is refused for a shape whose parts cannot be seen', () => {
    const hidden = z.object({ user: z.intersection(personShape, z.object({ age: z.int() })) });
    const value = { user: { user_id: 1, name: 'Ada', age: 2 } };
    expect(() => toAnswer(hidden, value)).toThrow(TypeError);
  });
});

describe('the compiler', () => {
  it('wants every key of the shape, by its name in the instance and of its type', () => {
    const ada = { userId: 1, name: 'Ada' };
    toAnswer(personShape, ada);
    // @ts-expect-error: missing
    toAnswer(personShape, { name: 'Ada' });
    // @ts-expect-error: of another type
    toAnswer(personShape, { ...ada, userId: '1' });
    // @ts-expect-error: null where the shape has none
    toAnswer(personShape, { ...ada, name: null });
    // @ts-expect-error: not by its name in the instance
    toAnswer(personShape, { user_id: 1, name: 'Ada' });
    // @ts-expect-error: missing further inside
    toAnswer(rowShape, { ...row, seenBy: [{ name: 'Bea' }] });
    // @ts-expect-error: not one of those there are
    toAnswer(rowShape, { ...row, kind: 'other' });
    // @ts-expect-error: of another type where it is optional
    toAnswer(rowShape, { ...row, note: 1 });
    const answered: { user_id: number; name: string } = toAnswer(personShape, ada);
    expect(answered).toStrictEqual({ user_id: 1, name: 'Ada' });
  });
});
