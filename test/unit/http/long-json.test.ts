import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { sendLong } from '../../../electron/instance/http/long-json.ts';

const items = Array.from({ length: 240_000 }, (_, id) => ({
  id,
  key: `KEY_${id}`,
  value: null,
  text: 'ä"\n',
}));

it.each([
  ['a list', items],
  ['lists in fields', { dry_run: true, left_out: undefined, added: items, removed: [] }],
])('writes %s as JSON does, with turns for others in between', async (_what, value) => {
  const app = new Hono().get('/', (c) => sendLong(c, value));
  let turns = 0;
  let turn = setImmediate(function again() {
    turns += 1;
    turn = setImmediate(again);
  });
  const answer = await app.request('/');
  clearImmediate(turn);
  expect(turns).toBeGreaterThan(1);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.text()).toBe(JSON.stringify(value));
});
