import type { Bus } from '../bus/bus.ts';
import { followBus } from '../bus/followed-bus.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';

export interface TrayHostWatch {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** Whether there is one: the first answer, and every one since. */
  onLook(isThere: boolean): void;
  later(work: () => void, ms: number): void;
}

/**
 * Whether this desktop shows tray icons. On Linux it does while a host is registered with the watcher on the session's
 * bus (StatusNotifierItem, https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem): GNOME without its
 * extension has none, at sign-in it comes after this program, and it goes and comes back when the panel restarts.
 * Resolves after the first answer.
 */
export async function watchTrayHost({ platform, env, onLook, later }: TrayHostWatch): Promise<void> {
  if (platform !== 'linux') return onLook(true);
  await followBus('session', env, {
    async onOpen(bus) {
      const look = createLook(bus, onLook);
      await bus.listenForOwner(WATCHER, () => void look());
      await bus.listen(`type='signal',interface='${WATCHER}'`, (signal) => {
        if (signal.interface === WATCHER && signal.member.startsWith('StatusNotifierHost')) void look();
      });
      await look();
    },
    onLost: () => onLook(false),
    later,
  });
}

/** One look at a time, however many signals come; what came during one is looked at after it. */
function createLook(bus: Bus, onLook: (isThere: boolean) => void): () => Promise<void> {
  let isLooking = false;
  let isStale = false;
  return async () => {
    isStale = true;
    if (isLooking) return;
    isLooking = true;
    while (isStale) {
      isStale = false;
      // One that does not answer shows nothing either.
      onLook(await hasHost(bus).catch(() => false));
    }
    isLooking = false;
  };
}

async function hasHost(bus: Bus): Promise<boolean> {
  if (!(await bus.hasOwner(WATCHER))) return false;
  const watcher = { to: WATCHER, path: '/StatusNotifierWatcher' };
  return (await bus.getProperty(watcher, WATCHER, 'IsStatusNotifierHostRegistered')) === true;
}
