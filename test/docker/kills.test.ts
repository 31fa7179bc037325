import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Served, serve } from '../e2e/terminal.ts';
import { APP_IMAGE, it, startEngine, type TestEngine } from './dockerd.ts';

/** After so many ms from the request, and in each phase: what comes between two of these is met by the phases. */
const AFTER_MS = [0, 40, 120, 250, 400];
const PHASES = ['preparing', 'starting', 'probing', 'switching', 'draining'];

describe('an instance that is killed while it deploys', () => {
  let engine: TestEngine;
  let folder: string;
  let served: Served | undefined;
  beforeAll(async () => {
    engine = await startEngine();
    folder = mkdtempSync(join(tmpdir(), 'temps-kills-'));
  });
  afterAll(async () => {
    await served?.stop();
    await engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async () => {
    served = await serve(folder, [], { DOCKER_HOST: engine.host });
  };
  const kill = async () => {
    await served?.stop('SIGKILL');
    served = undefined;
  };
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  const ask = (method: string, path: string, body?: object): Promise<any> =>
    new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = request(
        { socketPath: join(folder, 'temps.sock'), method, path: `/api${path}`, headers, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => resolve(text === '' ? null : JSON.parse(text)));
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const APP = '/projects/shop/environments/production/app';
  const deploy = async () => (await ask('POST', `${APP}/deploy`, { image: APP_IMAGE })).id as number;
  const find = (id: number) => ask('GET', `/projects/shop/deployments/${id}`);
  const listOwn = async () =>
    (await engine.docker('ps', '--all', '--format', '{{.Names}} {{.State}}'))
      .split('\n')
      .filter((line) => line.startsWith('temps-'));
  const listNetworks = async () =>
    (await engine.docker('network', 'ls', '--format', '{{.Name}}'))
      .split('\n')
      .filter((name) => name.startsWith('temps-'));

  /** Whatever was under way has ended, one container runs, and what the instance says of it is so. */
  async function expectWhole(id: number): Promise<void> {
    await expect.poll(async () => (await find(id)).finished_at).not.toBeNull();
    const app = async () => await ask('GET', APP);
    await expect.poll(async () => (await app()).state).toBe('serving');
    await expect.poll(listOwn).toEqual([expect.stringMatching(/ running$/)]);
    expect(await listNetworks()).toHaveLength(1);
    const { status, is_current, release, serving } = await find(id);
    expect((await app()).release.number).toBe(serving);
    expect([status, is_current, release]).toEqual(
      status === 'success' ? ['success', true, serving] : ['failed', false, null],
    );
    const [line = ''] = await listOwn();
    const labels = await engine.docker(
      'inspect',
      '--format',
      '{{index .Config.Labels "temps.release"}}',
      line.split(' ')[0] as string,
    );
    expect(Number(labels)).toBe(serving);
  }

  it('goes on at the next start or ends it, and leaves no container but the one that serves', async () => {
    await start();
    await ask('POST', '/projects', { name: 'shop' });
    // Time to be killed in while it is asked whether it works.
    await ask('POST', '/projects/shop/env-vars', {
      key: 'WAIT_MS',
      value: '300',
      is_secret: true,
      environment_ids: [1],
    });
    await expectWhole(await deploy());
    for (const afterMs of AFTER_MS) {
      const id = await deploy();
      // The time itself is what is tried.
      await sleep(afterMs);
      await kill();
      await start();
      await expectWhole(id);
    }
  });

  it.each(PHASES)('the same when it is %s', async (phase) => {
    const id = await deploy();
    const has = async () => (await find(id)).phases.some((one: { phase: string }) => one.phase === phase);
    await expect.poll(has, { interval: 1 }).toBe(true);
    await kill();
    await start();
    await expectWhole(id);
  });

  it('the same with the engine, as at a loss of power', async () => {
    const id = await deploy();
    await expect.poll(async () => (await find(id)).phase, { interval: 1 }).toBe('probing');
    await Promise.all([kill(), engine.kill()]);
    await Promise.all([engine.start(), start()]);
    await expectWhole(id);
  });

  it('the same while it goes back', async () => {
    const { releases } = await ask('GET', APP);
    for (const phase of ['starting', 'switching']) {
      const asked = await ask('POST', `/projects/shop/deployments/${releases[1].deployment_id}/rollback`);
      await expect
        .poll(
          async () => (await find(asked.id)).phases.some((one: { phase: string }) => one.phase === phase),
          { interval: 1 },
        )
        .toBe(true);
      await kill();
      await start();
      await expectWhole(asked.id);
    }
  });
});
