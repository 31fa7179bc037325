import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openInstance } from '../../electron/instance/instance.ts';
import { askOwner } from '../ask-owner.ts';
import { APP_IMAGE, canStartEngine, startEngine, type TestEngine } from '../docker/engine.ts';
import { startLoad } from '../docker/load.ts';
import { watchLoop } from '../event-loop.ts';
import { median, ms, note } from './figures.ts';

const ROUNDS = 9;
const DEPLOYS = 20;
const CONNECTIONS = 64;
/** Apps of an instance whose memory and rest are measured. */
const MANY = 50;
const FLOOD_MS = 10_000;
/** After so long each app was looked at closely once, and nothing is under way any more. */
const SETTLE_MS = 40_000;
const REST_MS = 30_000;

/** `npm run bench -- --only apps`: needs root and Docker, as the tests with it do. */
export async function benchApps(): Promise<void> {
  if (!canStartEngine()) {
    console.log('apps: not measured, needs root and Debian’s docker.io and busybox-static');
    return;
  }
  const engine = await startEngine();
  process.env.DOCKER_HOST = engine.host;
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-bench-'));
  const instance = await openInstance({ dataDir });
  await instance.start({ https: { port: 0 }, socket: false });
  const ask = async (method: string, path: string, body?: object) => {
    const { status, body: answered } = await askOwner(instance, method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answered)}`);
    return answered;
  };
  const waitForEnd = async (project: string, id: number) => {
    for (;;) {
      const found = await ask('GET', `/projects/${project}/deployments/${id}`);
      if (found.finished_at !== null) return found;
      await wait(5);
    }
  };
  const begin = (project: string) =>
    ask('POST', `/projects/${project}/environments/production/app/deploy`, { image: APP_IMAGE });
  const deploy = async (project: string) => {
    const ended = await waitForEnd(project, (await begin(project)).id);
    if (ended.status !== 'success') throw new Error(ended.error_detail);
    return ended;
  };
  /** From the request until it serves, which is before the one before has gone. */
  const timeToServe = async (project: string, ask202: () => Promise<{ id: number }>) => {
    const began = performance.now();
    const { id } = await ask202();
    for (;;) {
      const { release } = await ask('GET', `/projects/${project}/deployments/${id}`);
      if (release !== null) break;
      await wait(5);
    }
    const took = performance.now() - began;
    await waitForEnd(project, id);
    return took;
  };

  try {
    await ask('POST', '/projects', { name: 'bench' });
    await deploy('bench');
    const served: number[] = [];
    const bare: number[] = [];
    const back: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await timeDockerRun(engine, round));
      served.push(await timeToServe('bench', () => begin('bench')));
      const { releases } = await ask('GET', '/projects/bench/environments/production/app');
      const path = `/projects/bench/deployments/${releases[1].deployment_id}/rollback`;
      back.push(await timeToServe('bench', () => ask('POST', path)));
    }
    const more = median(served) - median(bare);
    note({
      what: 'deploy an image that is here, until it serves',
      measured: ms(median(served)),
      against: `docker run and the first answer ${ms(median(bare))}`,
      ratio: median(served) / median(bare),
      limit: '≤ 1 s more',
      met: more <= 1000,
    });
    note({
      what: 'roll back, until it serves',
      measured: ms(median(back)),
      against: 'limit',
      ratio: median(back) / 2000,
      limit: '≤ 2 s',
      met: median(back) <= 2000,
    });

    const { apps } = await ask('GET', '/apps');
    const ca = await ask('GET', '/ca.pem');
    const load = startLoad({
      port: Number(new URL(apps[0].url).port),
      ca,
      host: 'bench.localhost',
      connections: CONNECTIONS,
    });
    for (let round = 0; round < DEPLOYS; round += 1) await deploy('bench');
    const { good, failures } = await load.end();
    note({
      what: `failed requests in ${DEPLOYS} deployments, ${CONNECTIONS} connections`,
      measured: String(failures.length),
      against: `${good.toLocaleString('en')} good ones`,
      ratio: failures.length / good,
      limit: '0',
      met: failures.length === 0,
    });

    await ask('POST', '/projects', { name: 'flood' });
    await ask('POST', '/projects/flood/env-vars', {
      key: 'MODE',
      value: 'flood',
      is_secret: false,
      environment_ids: [2],
    });
    await deploy('flood');
    const { delayMs, heldMs } = await watchLoop(() => wait(FLOOD_MS));
    note({
      what: 'the event loop while an app prints without pause',
      measured: ms(delayMs),
      against: `held ${ms(heldMs)} at most`,
      ratio: delayMs / 50,
      limit: '≤ 50 ms',
      met: delayMs <= 50,
    });
    await ask('DELETE', '/projects/flood/environments/production/app').catch(() => undefined);

    const rest = await measureRest();
    for (let at = 0; at < MANY - 1; at += 1) {
      await ask('POST', '/projects', { name: `app ${at}` });
      await deploy(`app-${at}`);
    }
    globalThis.gc?.();
    const many = await measureRest();
    note({
      what: `memory of the instance with ${MANY} apps`,
      measured: `${many.mib} MiB`,
      against: `with one ${rest.mib} MiB`,
      ratio: many.mib / rest.mib,
      limit: '≤ 60 MB more',
      met: many.mib - rest.mib <= 60,
    });
    note({
      what: `processor time of the instance at rest with ${MANY} apps`,
      measured: `${many.percent.toFixed(1)} % of a core`,
      against: `with one ${rest.percent.toFixed(1)} %`,
      ratio: many.percent,
      limit: '≤ 1 %',
      met: many.percent <= 1,
    });
  } finally {
    await instance.stop();
    delete process.env.DOCKER_HOST;
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** `docker run` on a network like those of apps, until its port answers. */
async function timeDockerRun(engine: TestEngine, round: number): Promise<number> {
  const network = `bench-${round}`;
  await engine.docker('network', 'create', '--subnet', `10.214.${round}.0/27`, network);
  const began = performance.now();
  const id = await engine.docker('run', '--detach', '--init', '--network', network, APP_IMAGE);
  const address = await engine.docker(
    'inspect',
    '--format',
    '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
    id,
  );
  while (!(await answers(address))) await wait(10);
  const took = performance.now() - began;
  await engine.docker('rm', '--force', id);
  await engine.docker('network', 'rm', network);
  return took;
}

const answers = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    get({ host, port: 3000, agent: false }, (response) => {
      response.resume();
      resolve(true);
    }).on('error', () => resolve(false));
  });

/** Of this process, in which the instance runs: memory in use, and processor time of a while without requests. */
async function measureRest(): Promise<{ mib: number; percent: number }> {
  await wait(SETTLE_MS);
  const before = process.cpuUsage();
  const began = performance.now();
  await wait(REST_MS);
  const { user, system } = process.cpuUsage(before);
  const percent = ((user + system) / 1000 / (performance.now() - began)) * 100;
  const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0);
  return { mib: Math.round(resident / 1024), percent };
}
