import { afterEach, beforeEach, expect, it } from 'vitest';
import { settingsCapability } from '../../../electron/instance/settings/capability.ts';
import { updateSettings } from '../../../electron/instance/settings/settings.ts';
import { openTestContext, type TestContext } from '../../context.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let test: TestContext;
beforeEach(() => {
  test = openTestContext();
});
afterEach(() => test.close());

const surroundings = {
  listWaiting: () => [],
  screen: () => ({ isHeard: true as const }),
  custody: () => 'file' as const,
  hasAccount: () => true,
};
const findJob = () =>
  settingsCapability(test.ctx, surroundings).jobs?.find(({ name }) => name === 'settings.retention');
/** Of the lines that say so; the removal has a line of its own. */
const listDays = () => {
  const rows = test.ctx.store.sqlite.prepare('SELECT data FROM audit_log ORDER BY id').pluck().all();
  return (rows as string[]).flatMap((data) => {
    const { activity_days: days } = JSON.parse(data) as { activity_days?: number };
    return days === undefined ? [] : [days];
  });
};

it('is run every night, and removes what is older than the settings keep', async () => {
  for (const activity_days of [40, 35, 30]) {
    updateSettings(test.ctx, null, { activity_days });
    test.clock.advance(20 * DAY_MS);
  }
  expect(listDays()).toEqual([40, 35, 30]);
  const job = findJob();
  expect(job?.when).toMatchObject({ kind: 'cron' });
  const run = { signal: new AbortController().signal } as Parameters<NonNullable<typeof job>['run']>[0];
  // Those of 60 and 40 days ago; the newest is 20 days old.
  expect(await job?.run(run)).toEqual({ removed: 2 });
  expect(listDays()).toEqual([30]);
  expect(await job?.run(run)).toEqual({ removed: 0 });
});
