import { expect, it } from 'vitest';
import { type Asker, createHashQueue } from '../../../electron/instance/identity/users/hash-queue.ts';

/** A queue whose work ends when it is told to; what begins and what is turned away, in order. */
function openQueue() {
  const queue = createHashQueue();
  const begun: string[] = [];
  const refused: string[] = [];
  const endings: (() => void)[] = [];
  const all: Promise<void>[] = [];
  return {
    begun,
    refused,
    ask(name: string, asker: Partial<Asker> = {}) {
      const given = { account: name, address: 'somewhere', isKnown: false, ...asker };
      const work = () =>
        new Promise<void>((resolve) => {
          begun.push(name);
          endings.push(resolve);
        });
      const asked = queue.run(given, work).catch((error: { code: string }) => {
        expect(error.code).toBe('too_many_attempts');
        refused.push(name);
      });
      all.push(asked);
    },
    /** Ends what is under way, and all that begins after it. */
    async finish() {
      const done = Promise.all(all);
      let isDone = false;
      void done.then(() => {
        isDone = true;
      });
      while (!isDone) {
        endings.shift()?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

it('does one at a time, and goes on after one that failed', async () => {
  const queue = createHashQueue();
  const failed = queue.run({ account: 'a', address: null, isKnown: true }, () =>
    Promise.reject(new Error('no')),
  );
  const next = queue.run({ account: 'b', address: null, isKnown: true }, async () => 'done');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('done');
  expect(await queue.run({ account: 'c', address: null, isKnown: false }, async () => 'free again')).toBe(
    'free again',
  );
});

it('serves who is known before a flood of strangers', async () => {
  const { ask, begun, finish } = openQueue();
  ask('someone');
  // Before them: among equals who comes later goes first.
  ask('ada', { isKnown: true });
  for (let i = 0; i < 120; i++) ask(`stranger ${i}`);
  ask('bob', { isKnown: true });
  await finish();
  expect(begun.slice(1, 3).sort()).toEqual(['ada', 'bob']);
});

it('serves a stranger who comes after a flood next, and turns the oldest of the flood away', async () => {
  const { ask, begun, refused, finish } = openQueue();
  for (let i = 0; i < 120; i++) ask(`stranger ${i}`);
  ask('ada');
  await finish();
  expect(begun.indexOf('ada')).toBe(1);
  expect(begun.length).toBe(17);
  expect(refused.slice(0, 2)).toEqual(['stranger 1', 'stranger 2']);
});

it('gives an account its turn among many tries at another', async () => {
  const { ask, begun, refused, finish } = openQueue();
  for (let i = 0; i < 50; i++) ask(`guess ${i}`, { account: 'admin@example.net' });
  ask('ada');
  for (let i = 50; i < 100; i++) ask(`guess ${i}`, { account: 'admin@example.net' });
  await finish();
  expect(begun.indexOf('ada')).toBe(1);
  expect(begun.length).toBe(1 + 1 + 4);
  expect(refused.length).toBe(95);
});

it('turns those of the address with most of them away first', async () => {
  const { ask, refused, finish } = openQueue();
  for (let i = 0; i < 4; i++) ask(`visitor ${i}`, { address: `address ${i}` });
  for (let i = 0; i < 60; i++) ask(`flood ${i}`, { address: 'one address' });
  await finish();
  expect(refused.every((name) => name.startsWith('flood'))).toBe(true);
  expect(refused.length).toBeGreaterThan(40);
});
