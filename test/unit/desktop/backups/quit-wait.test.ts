import { expect, it } from 'vitest';
import { waitForBackup } from '../../../../electron/desktop/backups/quit-wait.ts';
import { createEvents } from '../../../../electron/instance/kernel/events.ts';

const NEVER_MS = 60_000;

it('does not wait where no backup is made', async () => {
  await waitForBackup(createEvents(), async () => false, NEVER_MS);
});

it('waits until the backup has ended, whatever else happens', async () => {
  const events = createEvents();
  let isRunning = true;
  let isOver = false;
  const asked: Promise<boolean>[] = [];
  const wait = waitForBackup(
    events,
    () => {
      asked.push(Promise.resolve(isRunning));
      return asked.at(-1) as Promise<boolean>;
    },
    NEVER_MS,
  ).then(() => {
    isOver = true;
  });
  await expect.poll(() => asked.length).toBe(2);
  events.emit('vault');
  await Promise.all(asked);
  expect([asked.length, isOver]).toEqual([3, false]);
  isRunning = false;
  events.emit('vault');
  await wait;
});

it('waits no longer than its limit', async () => {
  await waitForBackup(createEvents(), async () => true, 20);
});

it('does not wait for an instance that answers no more', async () => {
  let times = 0;
  const ask = async () => {
    times += 1;
    if (times > 1) throw new Error('stopped');
    return true;
  };
  await waitForBackup(createEvents(), ask, NEVER_MS);
});
