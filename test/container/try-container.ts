/**
 * `npm run try:container`: builds the image of the Containerfile and does with it what UNATTENDED.md says: it serves, keeps a
 * secret over a restart, writes only to its volume, and gives nothing away without its key. Needs `docker` with the host's
 * network, and the two base images; TRY_BUILD_IMAGE and TRY_RUN_IMAGE name others than those of the Containerfile.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');
const USER = 10001;
const SECRET = `sk-${randomBytes(12).toString('hex')}`;
const START_MS = 60_000;
const name = `temps-try-${process.pid}`;
const image = `${name}-image`;
const folder = mkdtempSync(join(tmpdir(), 'temps-container-'));

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

function docker(args: string[], input = ''): Ran {
  const { error, status, stdout, stderr } = spawnSync('docker', args, {
    cwd: root,
    encoding: 'utf8',
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  return { code: status, out: stdout, err: stderr };
}

function mustRun(args: string[], input?: string): string {
  const { code, out, err } = docker(args, input);
  assert.equal(code, 0, `docker ${args.join(' ')}\n${out}${err}`);
  return out;
}

/** Starts the container as the document says, on free ports. */
function start(withKey: boolean): void {
  const key = ['--mount', `type=bind,src=${join(folder, 'key')},dst=/run/secrets/temps-key,readonly`];
  const limits = [
    '--read-only',
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    '--ulimit',
    'core=0',
  ];
  const rest = ['--network', 'host', '--mount', `type=volume,src=${name},dst=/data`, ...(withKey ? key : [])];
  const serve = ['serve', '--custody', 'external', '--https-port', '0', '--http-port', '0', '--ready-json'];
  // The image looks once a minute.
  const health = ['--health-interval', '1s', '--health-start-period', '1s'];
  mustRun(['run', '--detach', '--name', name, ...health, ...limits, ...rest, image, ...serve]);
}

async function waitForAddress(): Promise<string> {
  const end = Date.now() + START_MS;
  for (;;) {
    const { out, err } = docker(['logs', name]);
    const line = out.split('\n').find((line) => line.startsWith('{"url"'));
    if (line) return (JSON.parse(line) as { url: string }).url;
    const isRunning = docker(['inspect', '--format', '{{.State.Running}}', name]).out.trim() === 'true';
    assert.ok(isRunning && Date.now() < end, `it does not serve:\n${out}${err}`);
    await sleep(250);
  }
}

async function waitForHealth(wanted: string): Promise<void> {
  const end = Date.now() + START_MS;
  const read = () => mustRun(['inspect', '--format', '{{.State.Health.Status}}', name]).trim();
  while (read() !== wanted) {
    assert.ok(Date.now() < end, `it is ${read()}, not ${wanted}`);
    await sleep(250);
  }
}

const temps = (args: string[], input?: string) =>
  docker(['exec', '--interactive', name, 'temps-desktop', ...args], input);

const setSecret = () => temps(['env', 'set', 'API_TOKEN', '--secret', '-p', 'shop'], SECRET);

function stop(): void {
  mustRun(['stop', name]);
  assert.equal(
    mustRun(['inspect', '--format', '{{.State.ExitCode}}', name]).trim(),
    '0',
    'it does not stop by itself',
  );
  mustRun(['rm', name]);
}

/** Status of a page over TLS. Its certificate is of the instance's own authority, which nobody here has. */
function ask(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false, headers: { accept: 'text/html' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once('error', reject);
  });
}

const steps: Record<string, () => Promise<void> | void> = {
  'is built'() {
    const bases = [
      ['BUILD_IMAGE', process.env.TRY_BUILD_IMAGE],
      ['RUN_IMAGE', process.env.TRY_RUN_IMAGE],
    ].flatMap(([arg, value]) => (value ? ['--build-arg', `${arg}=${value}`] : []));
    mustRun(['build', '--network', 'host', '--file', 'Containerfile', '--tag', image, ...bases, '.']);
  },
  async 'without a key is locked from its first start, and makes none'() {
    start(false);
    await waitForAddress();
    assert.equal(temps(['status']).code, 3);
    assert.equal(temps(['projects', 'create', 'shop']).code, 0);
    assert.equal(setSecret().code, 3);
    assert.doesNotMatch(mustRun(['exec', name, 'ls', '/data']), /key/);
    stop();
    mustRun(['volume', 'rm', name]);
  },
  async 'serves, healthy, not as root, on a root that takes no writes'() {
    start(true);
    const url = await waitForAddress();
    await waitForHealth('healthy');
    assert.equal(await ask(url), 200);
    assert.equal(mustRun(['exec', name, 'id', '-u']).trim(), String(USER));
    assert.notEqual(docker(['exec', name, 'touch', '/opt/temps-desktop/x']).code, 0);
    assert.notEqual(docker(['exec', name, 'touch', '/tmp/x']).code, 0);
    const { code, out } = temps(['status', '--json']);
    assert.equal(code, 0);
    const status = JSON.parse(out) as { state: string; custody: { name: string } };
    assert.deepEqual([status.state, status.custody.name], ['running', 'external']);
  },
  'takes a secret'() {
    assert.equal(temps(['projects', 'create', 'shop']).code, 0);
    const set = setSecret();
    assert.equal(set.code, 0, set.err);
  },
  async 'keeps it over a restart'() {
    stop();
    start(true);
    await waitForAddress();
    assert.equal(temps(['env', 'get', 'API_TOKEN', '-p', 'shop']).out.trim(), SECRET);
    stop();
  },
  async 'without its key is locked, unhealthy, and gives nothing'() {
    start(false);
    await waitForAddress();
    await waitForHealth('unhealthy');
    assert.equal(temps(['status']).code, 3);
    const got = temps(['env', 'get', 'API_TOKEN', '-p', 'shop']);
    assert.equal(got.code, 3);
    assert.doesNotMatch(got.out + got.err, new RegExp(SECRET));
    stop();
  },
  async 'with it opens again'() {
    start(true);
    await waitForAddress();
    assert.equal(temps(['env', 'get', 'API_TOKEN', '-p', 'shop']).out.trim(), SECRET);
  },
  'says its key nowhere: image, settings, log, volume'() {
    const told = mustRun(['inspect', name, image]) + mustRun(['history', '--no-trunc', image]);
    const { out, err } = docker(['logs', name]);
    for (const text of [key, SECRET]) {
      assert.ok(!`${told}${out}${err}`.includes(text));
      // grep: 1 where there is none, 2 where it could not look.
      assert.equal(
        docker(['exec', name, 'grep', '-r', '-a', '-q', text, '/data', '--exclude=*.sock']).code,
        1,
      );
    }
    stop();
  },
};

const key = randomBytes(32).toString('hex');
writeFileSync(join(folder, 'key'), `${key}\n`);
chmodSync(join(folder, 'key'), 0o400);
chownSync(join(folder, 'key'), USER, USER);
let failed = 0;
try {
  for (const [step, run] of Object.entries(steps)) {
    const begun = performance.now();
    await run();
    console.log(`ok  ${step} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
  }
} catch (error) {
  failed = 1;
  console.error((error as Error).message);
  console.error(docker(['logs', '--tail', '20', name]).err);
} finally {
  docker(['rm', '--force', name]);
  docker(['volume', 'rm', '--force', name]);
  docker(['image', 'rm', '--force', image]);
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed;
