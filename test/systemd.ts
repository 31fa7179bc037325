import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { until } from './keyring.ts';

const SYSTEMD = '/usr/lib/systemd/systemd';
const repository = join(import.meta.dirname, '..');
/** The account of the documents. */
const ADA = { uid: 47_110, home: '/home/ada' };

/** Why systemd cannot be started as the first process of a namespace here, or null. */
export function whyNoSystemd(): string | null {
  if (!existsSync(SYSTEMD) || spawnSync('systemd-creds', ['--version']).status !== 0)
    return 'needs systemd with systemd-creds';
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = ['openssl', 'setpriv', 'nsenter'].filter((tool) => spawnSync(tool, ['--help']).error);
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  if (spawnSync('unshare', ['--fork', '--pid', '--mount', '--cgroup', 'true']).status !== 0)
    return 'needs leave to make namespaces';
  return findCgroups() === null ? 'needs cgroups of version 2' : null;
}

function findCgroups(): string | null {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return mounts.find((line) => line.split(' ')[2] === 'cgroup2')?.split(' ')[1] ?? null;
}

export interface Machine {
  /** Runs a shell script as ada, who may use sudo. `folder` of this machine is there too, under the same path. */
  run(script: string): { code: number | null; out: string; err: string };
  /** What systemd and its services said so far. */
  log(): string;
  folder: string;
  stop(): Promise<void>;
}

/**
 * systemd as the first process of namespaces of its own, with an /etc, /home, /opt, /run, /usr/local/bin and host key of its own:
 * of the machine it shares the programs in /usr, and changes nothing.
 */
export async function startMachine(): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'temps-systemd-'));
  const cgroup = join(findCgroups() ?? '', folder.split('/').at(-1) ?? '');
  mkdirSync(cgroup);
  for (const name of ['etc', 'host', 'home', 'units']) mkdirSync(join(folder, name));
  for (const name of ['sysinit', 'basic', 'multi-user', 'shutdown'])
    writeFileSync(join(folder, 'units', `${name}.target`), '[Unit]\nDefaultDependencies=no\n');
  const boot = startChild(
    'sh',
    // The cgroup becomes the root of the namespace's.
    ['-c', `echo $$ >${cgroup}/cgroup.procs; exec "$@"`, 'sh']
      .concat(['unshare', '--kill-child', '--fork', '--pid', '--mount', '--mount-proc', '--uts', '--ipc'])
      .concat(['--cgroup', 'sh', '-c', BOOT]),
    {
      env: {
        PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
        FOLDER: folder,
        REPOSITORY: repository,
        container: 'other',
        SYSTEMD_UNIT_PATH: `/etc/systemd/system:${folder}/units`,
      },
    },
  );
  const inside = (script: string) => {
    const { pid } = boot.process;
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    const enter = ['-t', first, '--mount', '--pid', '--uts', '--ipc', '--cgroup', '--'];
    const asAda = ['setpriv', `--reuid=${ADA.uid}`, `--regid=${ADA.uid}`, '--clear-groups'];
    const shell = ['bash', '--norc', '-e', '-o', 'pipefail', '-c', script];
    return spawnSync('nsenter', [...enter, ...asAda, ...shell], {
      encoding: 'utf8',
      cwd: '/',
      timeout: 120_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: ADA.home, USER: 'ada' },
    });
  };
  const stop = async () => {
    await boot.stop('SIGKILL');
    // Its processes end with it, and a little after it.
    await until(() => removeCgroups(cgroup));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await boot.waitUntil(
      () =>
        boot.output.includes('BOOTED') && inside('sudo systemctl is-active multi-user.target').status === 0,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    folder,
    log: () => boot.output,
    run(script) {
      const { status, stdout, stderr, error } = inside(script);
      if (error) throw error;
      return { code: status, out: stdout, err: stderr };
    },
    stop,
  };
}

/** Folders of cgroups cannot be emptied, only removed, the deepest first. False while a process is in one. */
function removeCgroups(cgroup: string): boolean {
  return spawnSync('find', [cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+']).status === 0;
}

/** First it lets go of the drives of other tests, which are unmounted while this one runs. */
const BOOT = `
set -e
awk '$2 ~ "^/(var/)?tmp/" { print $2 }' /proc/mounts | while read -r at; do umount -l "$at" || ! mountpoint -q "$at"; done
cp -a /etc/. $FOLDER/etc
rm -rf $FOLDER/etc/systemd/system
mkdir $FOLDER/etc/systemd/system
echo 'ada:x:${ADA.uid}:${ADA.uid}::${ADA.home}:/bin/bash' >>$FOLDER/etc/passwd
echo 'ada:x:${ADA.uid}:' >>$FOLDER/etc/group
mkdir -m 0700 $FOLDER/home/ada
chown ${ADA.uid}:${ADA.uid} $FOLDER/home/ada
chmod 0755 $FOLDER $FOLDER/home
mount --bind $FOLDER/etc /etc
mount --bind $FOLDER/host /var/lib/systemd
mount --bind $FOLDER/home /home
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t tmpfs -o mode=0755 tmpfs /opt
mkdir /opt/temps-desktop
mount --rbind $REPOSITORY /opt/temps-desktop
mount -t tmpfs -o mode=0755 tmpfs /usr/local/bin
mount -t tmpfs tmpfs /usr/lib/systemd/system-generators
mount -t tmpfs tmpfs /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
cp /usr/bin/setpriv /usr/local/bin/as-root
chmod 4755 /usr/local/bin/as-root
printf '#!/bin/sh\\nexec as-root --reuid=0 --regid=0 --clear-groups "$@"\\n' >/usr/local/bin/sudo
chmod 0755 /usr/local/bin/sudo
mount --make-rshared /
echo BOOTED
exec ${SYSTEMD} --system --unit=multi-user.target --log-target=console --show-status=no --default-standard-output=inherit
`;
