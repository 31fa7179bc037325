import { afterAll, afterEach, it as always, beforeAll, describe, expect } from 'vitest';
import { watchTrayHost } from '../../../../electron/desktop/tray/tray-host.ts';
import { UNSEEN_MS, watchUnseen } from '../../../../electron/desktop/tray/unseen.ts';
import { hasBus, type PrivateBus, startBus } from '../../../bus.ts';
import type { BusService } from '../../../bus-service.ts';
import { openTrayWatcher } from '../../../desktop/stand-in/tray-host.ts';
import { until } from '../../../keyring.ts';
import { requires } from '../../../requires.ts';

const it = requires('a message bus', hasBus(), 'needs dbus (Debian: apt-get install dbus)');
const WATCHER = 'org.kde.StatusNotifierWatcher';

let bus: PrivateBus;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  if (hasBus()) bus = await startBus({ PATH: process.env.PATH });
});
afterEach(() => {
  for (const step of undo.splice(0)) step();
});
afterAll(() => bus?.stop());

async function watch(env: NodeJS.ProcessEnv = { DBUS_SESSION_BUS_ADDRESS: bus.address }) {
  const looks: boolean[] = [];
  const later: (() => void)[] = [];
  await watchTrayHost({
    platform: 'linux',
    env,
    onLook: (isThere) => looks.push(isThere),
    later: (work) => later.push(work),
  });
  return { looks, later };
}

async function openWatcher(hasHost: () => boolean): Promise<BusService> {
  const watcher = await openTrayWatcher(bus.address, hasHost);
  undo.push(watcher.leave);
  return watcher;
}
const tell = (watcher: BusService, what: 'Registered' | 'Unregistered') =>
  watcher.emit('/StatusNotifierWatcher', WATCHER, `StatusNotifierHost${what}`);

describe('the host of the tray', () => {
  it('that was there before is found', async () => {
    await openWatcher(() => true);
    expect((await watch()).looks).toEqual([true]);
  });

  it('that comes late, goes and comes back is followed', async () => {
    const { looks } = await watch();
    expect(looks).toEqual([false]);
    // A watcher alone shows no icons.
    let hasHost = false;
    const watcher = await openWatcher(() => hasHost);
    await until(() => looks.length >= 2);
    expect(looks.at(-1)).toBe(false);
    hasHost = true;
    tell(watcher, 'Registered');
    await until(() => looks.at(-1) === true);
    hasHost = false;
    tell(watcher, 'Unregistered');
    await until(() => looks.at(-1) === false);
    watcher.leave();
    await openWatcher(() => true);
    await until(() => looks.at(-1) === true);
  });

  it('is looked for one time after another, however often a program says that it came', async () => {
    const watcher = await openWatcher(() => true);
    const { looks } = await watch();
    for (let times = 0; times < 500; times++) tell(watcher, 'Registered');
    watcher.leave();
    await until(() => looks.at(-1) === false);
    // What was begun for those signals has ended once this one is found.
    await openWatcher(() => true);
    await until(() => looks.at(-1) === true);
    expect(looks.length).toBeLessThan(400);
  });

  always('is none without a bus, and is looked for again later', async () => {
    const { looks, later } = await watch({});
    expect([looks, later.length]).toEqual([[false], 1]);
  });

  always('is always there on macOS and Windows', async () => {
    for (const platform of ['darwin', 'win32'] as const) {
      const looks: boolean[] = [];
      await watchTrayHost({
        platform,
        env: {},
        onLook: (isThere) => looks.push(isThere),
        later: expect.fail,
      });
      expect(looks).toEqual([true]);
    }
  });
});

describe('a program with neither window nor tray', () => {
  function open() {
    const clock = { isSeen: false, said: 0, due: [] as { work: () => void; ms: number }[] };
    const unseen = watchUnseen(
      () => clock.isSeen,
      () => {
        clock.said += 1;
      },
      (work, ms) => clock.due.push({ work, ms }),
    );
    const pass = () => {
      for (const { work, ms } of clock.due.splice(0)) {
        expect(ms).toBe(UNSEEN_MS);
        work();
      }
    };
    return { clock, unseen, pass };
  }

  always('says after a minute that it runs, once', () => {
    const { clock, unseen, pass } = open();
    unseen.check();
    unseen.check();
    expect([clock.said, clock.due.length]).toEqual([0, 1]);
    pass();
    expect(clock.said).toBe(1);
  });

  always('says nothing when a tray comes, or comes back, within the minute', () => {
    const { clock, unseen, pass } = open();
    unseen.check();
    clock.isSeen = true;
    pass();
    unseen.check();
    expect([clock.said, clock.due.length]).toEqual([0, 0]);
    // The panel is gone for good.
    clock.isSeen = false;
    unseen.check();
    pass();
    expect(clock.said).toBe(1);
  });
});
