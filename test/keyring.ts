import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const BUS_CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

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
  // No service folders: nothing starts on this bus that a test did not start.
  const config = join(home, 'bus.conf');
  writeFileSync(config, BUS_CONFIG);
  const bus = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address=1'], {
    env: base,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const address = await firstLine(bus);
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
    const started = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    started.stdin.end(PASSWORD);
    await until(() => collectionIs('false'));
    return started;
  };
  let daemon: ChildProcess | null = withService ? await startDaemon() : null;
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
      daemon?.kill('SIGKILL');
      daemon = await startDaemon();
    },
    stop() {
      daemon?.kill('SIGKILL');
      bus.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
    child.once('error', reject);
    child.once('exit', () => reject(new Error('dbus-daemon stopped')));
  });
}

/** Waits for a condition, for at most ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>, deadlineMs = 10_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
