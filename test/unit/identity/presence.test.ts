import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { everyProject } from '../../../electron/instance/access/caller.ts';
import { compose } from '../../../electron/instance/capabilities.ts';
import type { Screen } from '../../../electron/instance/doors/window-door.ts';
import { type Instant, isIdle } from '../../../electron/instance/identity/sessions/idle.ts';
import { createPresence, type Presence } from '../../../electron/instance/identity/sessions/presence.ts';
import {
  createSession,
  getSession,
  type NewSession,
} from '../../../electron/instance/identity/sessions/sessions.ts';
import type { Job } from '../../../electron/instance/jobs/job.ts';
import { updateSettings } from '../../../electron/instance/settings/settings.ts';
import { unlockFromCustody } from '../../../electron/instance/vault/key/unlock.ts';
import { holdingKey, openVault, type VaultCore } from '../../../electron/instance/vault/vault-core.ts';
import { noExchange, openTestContext, type TestContext } from '../../context.ts';

const MINUTE_MS = 60_000;

describe('nobody was there', () => {
  const used: Instant = { atMs: 1_000_000, tickMs: 5000 };
  const after = (byClockMs: number, byTicksMs: number) =>
    isIdle(used, { atMs: used.atMs + byClockMs, tickMs: used.tickMs + byTicksMs }, 10 * MINUTE_MS);

  it.each([
    ['a moment', 1000, 1000, false],
    ['not quite so long', 10 * MINUTE_MS - 1, 10 * MINUTE_MS - 1, false],
    ['so long', 10 * MINUTE_MS, 10 * MINUTE_MS, true],
    ['so long, asleep: the monotonic clock stood still', 10 * MINUTE_MS, 0, true],
    ['so long, with the clock set back to just after the last use', 1000, 10 * MINUTE_MS, true],
    ['a moment, with a clock corrected by seconds', -5000, 1000, false],
    ['a time nobody knows: the last use is in the future', -2 * MINUTE_MS, 1000, true],
  ])('for %s', (_what, byClockMs, byTicksMs, expected) => {
    expect(after(byClockMs, byTicksMs)).toBe(expected);
  });
});

describe('presence', () => {
  let test: TestContext;
  let opened: NewSession;
  let presence: Presence;
  const isLocked = () => presence.isSessionLocked(getSession(test.ctx, opened.token));
  const rowOf = () =>
    test.ctx.store.sqlite
      .prepare('SELECT used_at AS usedAt, locked_at AS lockedAt, confirmed_at AS confirmedAt FROM sessions')
      .get();
  const use = () =>
    presence.noteUse({
      kind: 'user',
      ip: null,
      label: 'ada',
      permissions: [],
      projects: everyProject,
      userId: 1,
      sessionId: opened.session.id,
      confirmedAt: null,
    });
  beforeEach(() => {
    test = openTestContext();
    test.ctx.store.sqlite.exec(
      "INSERT INTO users (username, name, email, password_hash, created_at, updated_at) VALUES ('a', 'a', 'a', 'a', 0, 0)",
    );
    updateSettings(test.ctx, null, { auto_lock_minutes: 10 });
    presence = createPresence(test.ctx);
    const wanted = { kind: 'user', userId: 1, ip: null, userAgent: null, isConfirmed: true } as const;
    opened = createSession(test.ctx, wanted);
    presence.noteSignIn(opened.session.id);
  });
  afterEach(() => test.close());

  it('is written at most every half minute', () => {
    const signedInAt = test.clock.now();
    test.clock.advance(20_000);
    use();
    expect(rowOf()).toMatchObject({ usedAt: signedInAt });
    test.clock.advance(20_000);
    use();
    expect(rowOf()).toMatchObject({ usedAt: signedInAt + 40_000 });
  });

  it('locks what is due without being asked, and voids its confirmation in the row', () => {
    test.clock.advance(10 * MINUTE_MS - 1);
    presence.lockIdle();
    expect(rowOf()).toMatchObject({ lockedAt: null });
    test.clock.advance(1);
    presence.lockIdle();
    expect(rowOf()).toMatchObject({ lockedAt: test.clock.now(), confirmedAt: null });
    expect([isLocked(), presence.isWindowLocked()]).toEqual([true, true]);
  });

  it('locks and opens on a disk that takes no writes', () => {
    test.ctx.store.stopWriting('for this test');
    test.clock.advance(10 * MINUTE_MS);
    expect(isLocked()).toBe(true);
    use();
    test.clock.advance(-10 * MINUTE_MS);
    expect(isLocked()).toBe(true);
    expect(presence.open(opened.session.id)).toBe(true);
    expect(isLocked()).toBe(false);
    expect(rowOf()).toMatchObject({ lockedAt: null });
  });

  it('counts a session of before this was kept from when it was opened', () => {
    test.ctx.store.sqlite.exec('UPDATE sessions SET used_at = NULL');
    presence = createPresence(test.ctx);
    test.clock.advance(9 * MINUTE_MS);
    expect(isLocked()).toBe(false);
    test.clock.advance(MINUTE_MS);
    expect(isLocked()).toBe(true);
  });

  it('is nobody’s while off, and what was locked stays so', () => {
    updateSettings(test.ctx, null, { auto_lock_minutes: null });
    test.clock.advance(1000 * MINUTE_MS);
    expect(isLocked()).toBe(false);
    updateSettings(test.ctx, null, { auto_lock_minutes: 10 });
    expect(isLocked()).toBe(true);
    updateSettings(test.ctx, null, { auto_lock_minutes: null });
    expect(isLocked()).toBe(true);
  });
});

describe('the vault', () => {
  let test: TestContext;
  let core: VaultCore;
  let jobs: Map<string, Job>;
  let screen: Screen;
  /** What the queue does every few seconds. */
  const look = () =>
    jobs.get('identity.idle')?.run({ payload: {}, signal: new AbortController().signal, report() {} });
  beforeEach(async () => {
    test = openTestContext();
    const { ctx } = test;
    ctx.store.sqlite.exec('DELETE FROM keys');
    core = await openVault({ ...ctx, env: {}, emit() {} });
    const { capabilities, window } = compose(ctx, core, noExchange, () => null);
    screen = window.screen;
    jobs = new Map(capabilities.flatMap(({ jobs: own = [] }) => own.map((job) => [job.name, job])));
    updateSettings(ctx, null, { auto_lock_minutes: 10, auto_lock_strength: 'vault' });
    await look();
  });
  afterEach(() => test.close());
  const pass = async (minutes: number) => {
    test.clock.advance(minutes * MINUTE_MS);
    await look();
    return core.situation.case;
  };

  it('is locked when nobody was there, and counts from the instant it was unlocked', async () => {
    expect([await pass(9), await pass(1)]).toEqual(['running', 'locked_when_idle']);
    await pass(60);
    await unlockFromCustody(core);
    expect([await pass(9), await pass(1)]).toEqual(['running', 'locked_when_idle']);
  });

  it('is locked in that strength only', async () => {
    updateSettings(test.ctx, null, { auto_lock_strength: 'console' });
    expect(await pass(60)).toBe('running');
    updateSettings(test.ctx, null, { auto_lock_minutes: null, auto_lock_strength: 'vault' });
    expect(await pass(60)).toBe('running');
  });

  it('waits for the end of a copy, a rotation, and a move of the key', async () => {
    const copy = Promise.withResolvers<void>();
    const copying = holdingKey(core, () => copy.promise);
    expect(await pass(11)).toBe('running');
    copy.resolve();
    await copying;

    // A run that needs the key, as the rotation's own does.
    const run = Promise.withResolvers<undefined>();
    const work: Job = {
      name: 'vault.work',
      title: 'Work',
      when: { kind: 'queued' },
      needsKey: true,
      record: 'on_failure',
      isResumed: false,
      run: () => run.promise,
    };
    test.ctx.jobs.add(work);
    const working = test.ctx.jobs.enqueue(work, {});
    await Promise.resolve();
    expect(await pass(1)).toBe('running');
    run.resolve(undefined);
    await working;

    const move = Promise.withResolvers<void>();
    const moving = core.exclusively(() => move.promise);
    test.clock.advance(MINUTE_MS);
    const looking = look();
    await new Promise(setImmediate);
    expect(core.situation.case).toBe('running');
    move.resolve();
    await Promise.all([moving, looking]);
    expect(core.situation.case).toBe('locked_when_idle');
  });

  it('stays open for who comes back while it waits', async () => {
    const move = Promise.withResolvers<void>();
    const moving = core.exclusively(() => move.promise);
    test.clock.advance(11 * MINUTE_MS);
    const looking = look();
    await new Promise(setImmediate);
    // Chosen otherwise meanwhile: judged again when its turn comes.
    updateSettings(test.ctx, null, { auto_lock_minutes: 60 });
    move.resolve();
    await Promise.all([moving, looking]);
    expect(core.situation.case).toBe('running');
  });

  it('locks with the screen once a copy ends, unless whoever locked it is back by then', async () => {
    updateSettings(test.ctx, null, { auto_lock_minutes: null, lock_with_screen: true });
    for (const isBack of [true, false]) {
      const copy = Promise.withResolvers<void>();
      const copying = holdingKey(core, () => copy.promise);
      screen.note(true);
      await look();
      expect(core.situation.case).toBe('running');
      if (isBack) screen.note(false);
      copy.resolve();
      await copying;
      await look();
      expect(core.situation.case).toBe(isBack ? 'running' : 'locked_with_screen');
    }
    await unlockFromCustody(core);
    await look();
    expect(core.situation.case).toBe('running');
  });

  it('is told to need the key by the rotation, the check of every secret, certificates and backups', () => {
    expect([...jobs.values()].filter(({ needsKey }) => needsKey).map(({ name }) => name)).toEqual([
      'vault.rotation',
      'vault.doctor',
      'certificates.renewal',
      'projects.ends',
      'backups.make',
      'backups.drill',
      'backups.schedule',
      'backups.compare',
    ]);
  });
});
