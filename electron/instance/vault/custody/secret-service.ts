import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Asks the Secret Service (https://specifications.freedesktop.org/secret-service) whether it is there and
 * whether its default collection is open, without touching an item.
 *
 * Needed because libsecret, under keytar, does not tell: on a locked collection a look-up gives "no such entry"
 * (after popping up a prompt), and a listing crashes the process. Both were seen with gnome-keyring 42 and
 * keytar 7.9. One of these three small tools is on every desktop that has the service.
 */
const BUS = 'org.freedesktop.secrets';
const ROOT = '/org/freedesktop/secrets';
const DAEMON = 'org.freedesktop.DBus';
const DAEMON_PATH = '/org/freedesktop/DBus';
const TIMEOUT_MS = 5000;

export type SecretServiceState = 'open' | 'locked' | 'absent' | 'unknown';

interface Tool {
  command: string;
  readAlias: string[];
  isLocked(collection: string): string[];
  ownerPid: string[];
}

const tools: Tool[] = [
  {
    command: 'gdbus',
    readAlias: [
      'call',
      '--session',
      '--dest',
      BUS,
      '--object-path',
      ROOT,
      '--method',
      'org.freedesktop.Secret.Service.ReadAlias',
      'default',
    ],
    isLocked: (collection) => [
      'call',
      '--session',
      '--dest',
      BUS,
      '--object-path',
      collection,
      '--method',
      'org.freedesktop.DBus.Properties.Get',
      'org.freedesktop.Secret.Collection',
      'Locked',
    ],
    ownerPid: [
      'call',
      '--session',
      '--dest',
      DAEMON,
      '--object-path',
      DAEMON_PATH,
      '--method',
      `${DAEMON}.GetConnectionUnixProcessID`,
      BUS,
    ],
  },
  {
    command: 'busctl',
    readAlias: ['--user', 'call', BUS, ROOT, 'org.freedesktop.Secret.Service', 'ReadAlias', 's', 'default'],
    isLocked: (collection) => [
      '--user',
      'get-property',
      BUS,
      collection,
      'org.freedesktop.Secret.Collection',
      'Locked',
    ],
    ownerPid: ['--user', 'call', DAEMON, DAEMON_PATH, DAEMON, 'GetConnectionUnixProcessID', 's', BUS],
  },
  {
    command: 'dbus-send',
    readAlias: [
      '--session',
      '--print-reply',
      `--dest=${BUS}`,
      ROOT,
      'org.freedesktop.Secret.Service.ReadAlias',
      'string:default',
    ],
    isLocked: (collection) => [
      '--session',
      '--print-reply',
      `--dest=${BUS}`,
      collection,
      'org.freedesktop.DBus.Properties.Get',
      'string:org.freedesktop.Secret.Collection',
      'string:Locked',
    ],
    ownerPid: [
      '--session',
      '--print-reply',
      `--dest=${DAEMON}`,
      DAEMON_PATH,
      `${DAEMON}.GetConnectionUnixProcessID`,
      `string:${BUS}`,
    ],
  },
];

/** By the name of the process that serves it; the kernel keeps 15 letters of that. */
const serviceNames = new Map([
  ['gnome-keyring-d', 'GNOME Keyring'],
  ['kwalletd5', 'KWallet'],
  ['kwalletd6', 'KWallet'],
  ['ksecretd', 'KWallet'],
  ['keepassxc', 'KeePassXC'],
]);

const run = promisify(execFile);

/** `unknown` when no tool is installed to ask with. */
export async function probeSecretService(): Promise<SecretServiceState> {
  for (const tool of tools) {
    try {
      const alias = await ask(tool.command, tool.readAlias);
      const collection = /(\/org\/freedesktop\/secrets\/[\w/]+)/.exec(alias)?.[1];
      // No default collection yet: the first save makes one.
      if (!collection) return 'open';
      return /\btrue\b/.test(await ask(tool.command, tool.isLocked(collection))) ? 'locked' : 'open';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      return 'absent';
    }
  }
  return 'unknown';
}

/**
 * What people call the Secret Service that answers here: by its process, `Secret Service` for one not known here,
 * null when unknown. For display only: nothing depends on it.
 */
export async function findSecretServiceName(): Promise<string | null> {
  for (const tool of tools) {
    try {
      const pid = /\bu(?:int32)? (\d+)/.exec(await ask(tool.command, tool.ownerPid))?.[1];
      return pid ? await nameProcess(pid) : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      return null;
    }
  }
  return null;
}

/** A process of another namespace has no folder here. */
async function nameProcess(pid: string): Promise<string | null> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null);
  return name === null ? null : (serviceNames.get(name.trim()) ?? 'Secret Service');
}

async function ask(command: string, args: string[]): Promise<string> {
  const { stdout } = await run(command, args, { timeout: TIMEOUT_MS });
  return stdout;
}
