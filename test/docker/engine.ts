import { execFile, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild, WAIT_MS } from '../child.ts';

const run = promisify(execFile);
const DOCKERD = '/usr/sbin/dockerd';
const DOCKER = '/usr/bin/docker';
const BUSYBOX = '/bin/busybox';
/** One answer of an engine. */
const ANSWER_MS = 30_000;

/** Whether this machine can start an engine of a test's own. */
export const canStartEngine = (): boolean =>
  process.getuid?.() === 0 && [DOCKERD, DOCKER, BUSYBOX].every(existsSync);

/** Name of the image that has Node and the program of app.cjs. */
export const APP_IMAGE = 'temps-test/app:1';

/** An engine of our own, with its own data, socket and networks. */
export interface TestEngine {
  /** For DOCKER_HOST. */
  host: string;
  docker(...args: string[]): Promise<string>;
  /** An image made of these lines after `FROM`. */
  build(name: string, from: string, ...lines: string[]): Promise<void>;
  /** An image for a kind of machine that this one is not. Gives its name. */
  buildForeign(): Promise<string>;
  /** Everything of it at once, as when the power fails. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startEngine(): Promise<TestEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'temps-docker-'));
  const socket = join(folder, 'docker.sock');
  const host = `unix://${socket}`;
  let daemon: Child | null = null;
  const env = { PATH: process.env.PATH, HOME: folder, DOCKER_BUILDKIT: '0', DOCKER_HOST: host };
  const docker = async (...args: string[]) =>
    (await run(DOCKER, args, { env, timeout: WAIT_MS, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();

  const engine: TestEngine = {
    host,
    docker,
    async build(name, from, ...lines) {
      const context = mkdtempSync(join(folder, 'build-'));
      writeFileSync(join(context, 'Dockerfile'), [`FROM ${from}`, ...lines, ''].join('\n'));
      await docker('build', '--quiet', '--tag', name, context);
      rmSync(context, { recursive: true, force: true });
    },
    async buildForeign() {
      const name = 'temps-test/foreign:1';
      const [saved, parts] = [join(folder, 'foreign.tar'), join(folder, 'foreign')];
      await engine.build(name, 'scratch', 'COPY Dockerfile /app', 'CMD ["/app"]');
      await docker('save', '--output', saved, name);
      mkdirSync(parts);
      await run('tar', ['-xf', saved, '-C', parts]);
      const [{ Config }] = JSON.parse(readFileSync(join(parts, 'manifest.json'), 'utf8'));
      const config = JSON.parse(readFileSync(join(parts, Config), 'utf8'));
      writeFileSync(join(parts, Config), JSON.stringify({ ...config, architecture: 's390x' }));
      await run('tar', ['-cf', saved, '-C', parts, '.']);
      await docker('rmi', name);
      await docker('load', '--input', saved);
      return name;
    },
    async start() {
      rmSync(join(folder, 'docker.pid'), { force: true });
      daemon = startChild(DOCKERD, [
        ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
        ...['--host', host, '--pidfile', join(folder, 'docker.pid')],
        ...['--log-level', 'error', '--iptables=false', '--ip6tables=false', '--ip-masq=false'],
        // No network of Docker's own: the machine's may be in use.
        ...['--bridge', 'none', '--storage-driver', findStorageDriver(folder)],
      ]);
      // Not by a call that waits in this process: what the engine says meanwhile has to be read, or it waits for that.
      await daemon.waitUntil(async () => {
        const answered = await run(DOCKER, ['version'], { env, timeout: ANSWER_MS }).catch(() => null);
        return answered !== null;
      });
    },
    async kill() {
      const ids = (await docker('ps', '--quiet')).split('\n').filter((id) => id !== '');
      const pids = ids.length === 0 ? '' : await docker('inspect', '--format', '{{.State.Pid}}', ...ids);
      await daemon?.stop('SIGKILL');
      // With the first process of a container all of it ends.
      for (const pid of pids.split('\n')) if (Number(pid) > 0) process.kill(Number(pid), 'SIGKILL');
      endOfFolder(folder);
      // What /run has is gone after a start of the machine.
      unmountBelow(folder);
      rmSync(join(folder, 'run'), { recursive: true, force: true });
    },
    async stop() {
      const left = await docker('ps', '--all', '--quiet').catch(() => '');
      if (left !== '') await docker('rm', '--force', '--volumes', ...left.split('\n')).catch(() => '');
      await docker('network', 'prune', '--force').catch(() => '');
      await daemon?.stop('SIGTERM').catch(() => undefined);
      endOfFolder(folder);
      unmountBelow(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  // What a failed test left ends with the run.
  process.once('exit', () => {
    endOfFolder(folder);
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  await engine.start();
  await buildApp(folder, docker);
  return engine;
}

/** overlay2 where the file system of temporary files can be below it. */
function findStorageDriver(folder: string): string {
  const [lower, upper, work, merged] = ['l', 'u', 'w', 'm'].map((name) => join(folder, 'try', name));
  for (const path of [lower, upper, work, merged]) mkdirSync(path as string, { recursive: true });
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  const { status } = spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', options, merged as string]);
  if (status === 0) spawnSync('umount', [merged as string]);
  rmSync(join(folder, 'try'), { recursive: true, force: true });
  return status === 0 ? 'overlay2' : 'vfs';
}

/** Node and what it is linked with, a shell, and the program: from this machine, as nothing comes from outside. */
async function buildApp(folder: string, docker: TestEngine['docker']): Promise<void> {
  const context = join(folder, 'app');
  const place = (source: string, target: string) => {
    mkdirSync(dirname(join(context, target)), { recursive: true });
    copyFileSync(source, join(context, target));
  };
  place(process.execPath, 'bin/node');
  place(BUSYBOX, 'bin/busybox');
  const libraries = spawnSync('ldd', [process.execPath], { encoding: 'utf8' }).stdout;
  for (const [, path = ''] of libraries.matchAll(/(?:=> )?(\/\S+) \(0x/g)) place(path, path);
  place(join(import.meta.dirname, 'app.cjs'), 'app.cjs');
  writeFileSync(
    join(context, 'Dockerfile'),
    'FROM scratch\nCOPY . /\nENV PATH=/bin\nEXPOSE 3000\nCMD ["node", "/app.cjs"]\n',
  );
  await docker('build', '--quiet', '--tag', APP_IMAGE, context);
  rmSync(context, { recursive: true, force: true });
}

/** Shims and containers that outlived their engine: those whose command line names this folder. */
function endOfFolder(folder: string): void {
  spawnSync('pkill', ['-KILL', '-f', basename(folder)]);
}

function unmountBelow(folder: string): void {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.reverse()) spawnSync('umount', ['--lazy', path]);
}
