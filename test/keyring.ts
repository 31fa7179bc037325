import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBus } from './bus.ts';
import { type Child, startChild, WAIT_MS } from './child.ts';
import { compiledOnce } from './command-line-env.ts';

/**
 * A real Secret Service for tests: gnome-keyring on a private D-Bus, in a home of its own.
 *
 * What uses it runs as a child process with `keyring.env`, because a process keeps the bus it began with.
 */
export interface Keyring {
  env: NodeJS.ProcessEnv;
  /** Closes the collection, as a screen lock may. */
  lock(): void;
  unlock(): Promise<void>;
  stop(): void;
}

const PASSWORD = 'keyring password';
const SERVICE = 'org.freedesktop.secrets';
const COLLECTION = '/org/freedesktop/secrets/collection/login';

export function hasKeyring(): boolean {
  return ['dbus-daemon', 'gnome-keyring-daemon', 'gdbus'].every(
    (tool) => spawnSync('which', [tool]).status === 0,
  );
}

/** @param withService false: a bus without a Secret Service. */
export async function startKeyring(withService = true): Promise<Keyring> {
  const home = mkdtempSync(join(tmpdir(), 'temps-keyring-'));
  const runtime = join(home, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const base = {
    ...compiledOnce,
    PATH: process.env.PATH,
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    XDG_DATA_HOME: join(home, 'data'),
    LANG: 'C.UTF-8',
  };
  const bus = await startBus(base);
  const { address } = bus;
  const env: NodeJS.ProcessEnv = { ...base, DBUS_SESSION_BUS_ADDRESS: address };
  const collectionIs = (state: 'true' | 'false') =>
    spawnSync(
      'gdbus',
      [
        'call',
        '--session',
        '-d',
        SERVICE,
        '-o',
        COLLECTION,
        '-m',
        'org.freedesktop.DBus.Properties.Get',
        'org.freedesktop.Secret.Collection',
        'Locked',
      ],
      {
        env,
      },
    ).stdout.includes(state);
  /** gnome-keyring opens its collection with a password at its start alone: unlocking is starting it again. */
  const startDaemon = async () => {
    const started = startChild('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
      env,
    });
    started.process.stdin?.end(PASSWORD);
    await started.waitUntil(() => collectionIs('false'));
    return started;
  };
  let daemon: Child | null = withService ? await startDaemon() : null;
  return {
    env,
    lock() {
      execFileSync(
        'gdbus',
        [
          'call',
          '--session',
          '-d',
          SERVICE,
          '-o',
          '/org/freedesktop/secrets',
          '-m',
          'org.freedesktop.Secret.Service.Lock',
          `[objectpath "${COLLECTION}"]`,
        ],
        { env },
      );
    },
    async unlock() {
      await daemon?.stop('SIGKILL');
      daemon = await startDaemon();
    },
    stop() {
      daemon?.process.kill('SIGKILL');
      void bus.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits for a condition. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  deadlineMs = WAIT_MS,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
