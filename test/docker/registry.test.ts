import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Child, startChild } from '../child.ts';
import { requires } from '../requires.ts';
import { APP_IMAGE, startEngine, type TestEngine } from './dockerd.ts';
import { canStartEngine } from './engine.ts';
import { openApps, type RunningApps } from './running-apps.ts';

const REGISTRY = '/usr/bin/docker-registry';
const it = requires(
  'a registry',
  canStartEngine() && existsSync(REGISTRY),
  'needs root and Debian’s docker.io, docker-registry and busybox-static',
);

describe('an image of a registry', () => {
  let engine: TestEngine;
  let apps: RunningApps;
  let folder: string;
  let registry: Child | undefined;
  let port: number;
  const started: Server[] = [];
  beforeAll(async () => {
    engine = await startEngine();
    apps = await openApps(engine);
    folder = mkdtempSync(join(tmpdir(), 'temps-registry-'));
    port = await findFreePort();
    writeFileSync(
      join(folder, 'config.yml'),
      `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/data\nhttp:\n  addr: 127.0.0.1:${port}\n`,
    );
    await startRegistry();
  });
  afterAll(async () => {
    await registry?.stop();
    for (const server of started) server.close();
    await apps?.door.stop();
    delete process.env.DOCKER_HOST;
    await engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function startRegistry(): Promise<void> {
    registry = startChild(REGISTRY, ['serve', join(folder, 'config.yml')]);
    await registry.waitUntil(
      async () => (await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => null))?.ok === true,
    );
  }
  const nameOf = (tag: string) => `127.0.0.1:${port}/ada/shop:${tag}`;
  /** In the registry, and not in the engine. */
  async function push(tag: string, version: string): Promise<void> {
    await engine.build(nameOf(tag), APP_IMAGE, `ENV VERSION=${version}`);
    await engine.docker('push', '--quiet', nameOf(tag));
    await engine.docker('rmi', '--force', nameOf(tag));
  }
  const visit = async () => (await apps.visit('shop.localhost')).text;

  it('is fetched, and pinned by its digest', async () => {
    await apps.createProject('shop');
    await push('1', 'one');
    expect(await apps.deploy('shop', { image: nameOf('1') })).toMatchObject({ status: 'success' });
    expect(await visit()).toBe('one');
    expect((await apps.findApp('shop')).release.image_digest).toMatch(
      new RegExp(`^127\\.0\\.0\\.1:${port}/ada/shop@sha256:[0-9a-f]{64}$`),
    );
  });

  it('that has another content by now is fetched where someone asks for it, or where its tag says so', async () => {
    await engine.docker('pull', '--quiet', nameOf('1'));
    const here = await engine.docker('inspect', '--format', '{{.Id}}', nameOf('1'));
    await push('1', 'two');
    await engine.docker('tag', here, nameOf('1'));
    await apps.deploy('shop', { image: nameOf('1') });
    expect(await visit()).toBe('one');
    await apps.deploy('shop', { image: nameOf('1'), pull: true });
    expect(await visit()).toBe('two');
    await push('latest', 'three');
    await apps.deploy('shop', { image: nameOf('latest') });
    expect(await visit()).toBe('three');
    await push('latest', 'four');
    await apps.deploy('shop', { image: nameOf('latest') });
    expect(await visit()).toBe('four');
  });

  it('is fetched again by its digest to go back, where it is gone from this machine', async () => {
    const { releases } = await apps.findApp('shop');
    const first = releases.at(-1);
    const ids = (
      await engine.docker('images', '--quiet', '--filter', `reference=127.0.0.1:${port}/ada/shop`)
    ).split('\n');
    for (const id of new Set(ids)) await engine.docker('rmi', '--force', id).catch(() => undefined);
    const asked = await apps.ask('POST', `/projects/shop/deployments/${first.deployment_id}/rollback`);
    expect(await apps.waitForEnd('shop', asked.body.id)).toMatchObject({ status: 'success' });
    expect(await visit()).toBe('one');
  });

  it('that the registry does not have any more is named, and what serves goes on', async () => {
    const ended = await apps.deploy('shop', { image: nameOf('nine') });
    expect(ended.error_detail).toMatch(/could not be fetched: .*(not found|manifest unknown)/);
    expect(ended).toMatchObject({ status: 'failed', error_code: 'image_missing' });
    expect(await visit()).toBe('one');
  });

  it('of a registry that is down is named; a moving tag that is here is used, with a word about it', async () => {
    await push('latest', 'five');
    await apps.deploy('shop', { image: nameOf('latest') });
    await registry?.stop();
    try {
      expect((await apps.deploy('shop', { image: nameOf('eight') })).error_detail).toMatch(
        /could not be fetched: .*connection refused/,
      );
      const ended = await apps.deploy('shop', { image: nameOf('latest') });
      expect(ended.status).toBe('success');
      expect(ended.log).toContainEqual(
        expect.objectContaining({
          level: 'warning',
          message: expect.stringContaining('on this machine is used'),
        }),
      );
      expect((await apps.deploy('shop', { image: nameOf('latest'), pull: true })).status).toBe('failed');
      expect(await visit()).toBe('five');
    } finally {
      await startRegistry();
    }
  });

  it.each([
    ['that wants a password', 401, { 'www-authenticate': 'Basic realm="x"' }, /could not be fetched/],
    [
      'that takes no more requests for now',
      429,
      {},
      /could not be fetched: .*(toomanyrequests|429|Too Many)/i,
    ],
    ['that is broken', 500, {}, /could not be fetched/],
  ])('of a registry %s is named', async (_, status, headers, expected) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'docker-distribution-api-version': 'registry/2.0', ...headers });
      response.end(
        JSON.stringify({ errors: [{ code: status === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN', message: 'no' }] }),
      );
    });
    started.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const ended = await apps.deploy('shop', {
      image: `127.0.0.1:${(server.address() as AddressInfo).port}/ada/shop:1`,
    });
    expect(ended).toMatchObject({ status: 'failed', error_code: 'image_missing' });
    expect(ended.error_detail).toMatch(expected);
    expect(await visit()).toBe('five');
  });
});

async function findFreePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
