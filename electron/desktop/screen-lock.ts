import type { ScreenSource } from '../instance/instance.ts';
import { type Bus, PROPERTIES } from './bus/bus.ts';
import { followBus } from './bus/followed-bus.ts';
import type { BusMessage } from './bus/message.ts';

/** Electron's, on macOS and Windows. On Linux it has neither event: electron.d.ts tags them `darwin,win32`. */
interface ScreenEvents {
  on(event: 'lock-screen' | 'unlock-screen', listener: () => void): unknown;
}

export interface ScreenWatch {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  events: ScreenEvents;
  onChange(isLocked: boolean): void;
  /** Where it is heard from now on, or why nowhere. */
  onSource(source: ScreenSource): void;
  later(work: () => void, ms: number): void;
}

/**
 * Listens for the lock of the screen. On Linux by two signals, of which desktops send one or both: `ActiveChanged` of
 * the screen saver on the session's bus, and `Lock` or `LockedHint` of the session on the system's
 * (https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html).
 */
export async function watchScreen(watch: ScreenWatch): Promise<void> {
  const { platform, env, events, onChange, onSource, later } = watch;
  if (platform !== 'linux') {
    events.on('lock-screen', () => onChange(true));
    events.on('unlock-screen', () => onChange(false));
    return onSource({ isHeard: true });
  }
  const whyNot: Record<'saver' | 'login', string | null> = { saver: 'not asked yet', login: 'not asked yet' };
  const note = (part: keyof typeof whyNot, why: string | null) => {
    whyNot[part] = why;
    const { saver, login } = whyNot;
    onSource(
      saver === null || login === null ? { isHeard: true } : { isHeard: false, why: `${saver}; ${login}` },
    );
  };
  await Promise.all([
    followBus('session', env, {
      onOpen: (bus) => followSaver(bus, onChange, (why) => note('saver', why)),
      onLost: (why) => note('saver', why),
      later,
    }),
    followBus('system', env, {
      async onOpen(bus) {
        await followLogin(bus, env, onChange);
        note('login', null);
      },
      onLost: (why) => note('login', why),
      later,
    }),
  ]);
}

/** Names of screen savers, which are the names of their interfaces too. */
const SAVERS = ['gnome', 'freedesktop', 'cinnamon', 'mate', 'xfce'].map((name) => `org.${name}.ScreenSaver`);

async function followSaver(
  bus: Bus,
  onChange: (isLocked: boolean) => void,
  onSource: (why: string | null) => void,
): Promise<void> {
  const look = async () => {
    const owned = await Promise.all(SAVERS.map((name) => bus.hasOwner(name)));
    onSource(owned.includes(true) ? null : 'no screen saver is on the message bus of the session');
    return SAVERS.filter((_, at) => owned[at]);
  };
  await bus.listen("type='signal',member='ActiveChanged'", (signal) => {
    const [isActive] = signal.body;
    if (
      signal.member === 'ActiveChanged' &&
      SAVERS.includes(signal.interface) &&
      typeof isActive === 'boolean'
    )
      onChange(isActive);
  });
  // One that went may not be back yet.
  for (const name of SAVERS) await bus.listenForOwner(name, () => void look().catch(() => undefined));
  for (const name of await look()) {
    const path = `/${name.replaceAll('.', '/')}`;
    const [isActive] = await bus
      .call({ to: name, path, interface: name, member: 'GetActive' })
      .catch(() => [false]);
    if (isActive === true) onChange(true);
  }
}

const LOGIN = 'org.freedesktop.login1';
const SESSION = `${LOGIN}.Session`;

async function followLogin(
  bus: Bus,
  env: NodeJS.ProcessEnv,
  onChange: (isLocked: boolean) => void,
): Promise<void> {
  const path = await findSession(bus, env);
  await bus.listen(`type='signal',sender='${LOGIN}',path='${path}'`, (signal) => {
    const isLocked = signal.path === path ? readLoginSignal(signal) : null;
    if (isLocked !== null) onChange(isLocked);
  });
  if ((await bus.getProperty({ to: LOGIN, path }, SESSION, 'LockedHint')) === true) onChange(true);
}

/** The session of this program, or the one its account sees: a program that systemd started belongs to none. */
async function findSession(bus: Bus, { XDG_SESSION_ID: id }: NodeJS.ProcessEnv): Promise<string> {
  const manager = { to: LOGIN, path: '/org/freedesktop/login1', interface: `${LOGIN}.Manager` };
  const first = await (id
    ? bus.call({ ...manager, member: 'GetSession' }, id)
    : bus.call({ ...manager, member: 'GetSessionByPID' }, process.pid)
  ).catch(() => []);
  if (typeof first[0] === 'string') return first[0];
  try {
    const [user] = await bus.call({ ...manager, member: 'GetUser' }, process.getuid?.() ?? 0);
    const display = await bus.getProperty({ to: LOGIN, path: String(user) }, `${LOGIN}.User`, 'Display');
    const path = Array.isArray(display) ? display[1] : null;
    if (typeof path === 'string' && path !== '/') return path;
  } catch {
    // Said below.
  }
  throw new Error('the session manager (logind) knows no session of this program');
}

/** Null for a signal of something else. */
function readLoginSignal({ interface: name, member, body }: BusMessage): boolean | null {
  if (name === SESSION && (member === 'Lock' || member === 'Unlock')) return member === 'Lock';
  if (name !== PROPERTIES || member !== 'PropertiesChanged' || body[0] !== SESSION) return null;
  const changed = (Array.isArray(body[1]) ? body[1] : []) as [string, unknown][];
  const [, isLocked] = changed.find(([property]) => property === 'LockedHint') ?? [];
  return typeof isLocked === 'boolean' ? isLocked : null;
}
