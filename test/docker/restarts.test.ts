import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openInstance } from '../../electron/instance/instance.ts';
import { askOwner } from '../ask-owner.ts';
import { APP_IMAGE, it, startEngine, type TestEngine } from './dockerd.ts';
import { openApps, type RunningApps } from './running-apps.ts';

describe('what runs', () => {
  let engine: TestEngine;
  let apps: RunningApps;
  beforeAll(async () => {
    engine = await startEngine();
    apps = await openApps(engine);
  });
  afterAll(async () => {
    await apps?.door.stop();
    delete process.env.DOCKER_HOST;
    await engine?.stop();
  });
  const listOwn = async () =>
    (await engine.docker('ps', '--all', '--format', '{{.Names}}'))
      .split('\n')
      .filter((name) => name.startsWith('temps-'));
  const state = async () => (await apps.findApp('blog')).state;
  const visit = async () => (await apps.visit('blog.localhost')).text;

  it('is back after the engine was killed, as at a loss of power, and its name leads there again', async () => {
    await apps.createProject('blog', { '*TOKEN': 'canary-31', VERSION: 'one' });
    expect(await apps.deploy('blog', { image: APP_IMAGE })).toMatchObject({ status: 'success' });
    await engine.kill();
    await expect.poll(state).toBe('unknown');
    expect(await apps.begin('blog')).toMatchObject({
      status: 503,
      body: { error_code: 'engine_unavailable' },
    });
    expect((await apps.ask('GET', '/apps/engine')).body).toMatchObject({ state: 'stopped' });
    await engine.start();
    await expect.poll(state).toBe('serving');
    await expect.poll(visit).toBe('one');
    expect(await listOwn()).toHaveLength(1);
  });

  it('is started again by the engine when it ends by itself', async () => {
    const since = (await apps.findApp('blog')).since;
    await apps.visit('blog.localhost', '/end?code=1').catch(() => undefined);
    await expect.poll(async () => (await apps.findApp('blog')).restarts).toBe(1);
    await expect.poll(visit).toBe('one');
    expect((await apps.findApp('blog')).since).toBeGreaterThan(since);
  });

  it('is created again when somebody removed its container, once the vault is open', async () => {
    const [name = ''] = await listOwn();
    expect((await apps.ask('POST', '/vault/lock')).status).toBe(204);
    await engine.docker('rm', '--force', name);
    await expect.poll(async () => (await apps.findApp('blog')).state_detail).toContain('unlock the vault');
    expect((await apps.visit('blog.localhost')).status).toBe(503);
    await apps.ask('POST', '/vault/unlock', { method: 'custody' });
    await expect.poll(state).toBe('serving');
    await expect.poll(visit).toBe('one');
    expect((await listOwn())[0]).not.toBe(name);
  });

  it('is in a network of its own, which the next release uses too', async () => {
    const list = async () =>
      (await engine.docker('network', 'ls', '--format', '{{.Name}}'))
        .split('\n')
        .filter((name) => name.startsWith('temps-'));
    const before = await list();
    expect(before).toHaveLength(1);
    expect(await apps.deploy('blog')).toMatchObject({ status: 'success' });
    expect(await list()).toEqual(before);
    expect(
      await engine.docker(
        'network',
        'inspect',
        '--format',
        '{{(index .IPAM.Config 0).Subnet}}',
        before[0] as string,
      ),
    ).toMatch(/^10\.213\.\d+\.\d+\/27$/);
  });

  it('publishes no port, has no way to more rights, and is limited', async () => {
    const [name = ''] = await listOwn();
    const [{ HostConfig, NetworkSettings }] = JSON.parse(await engine.docker('inspect', name));
    expect(NetworkSettings.Ports).toEqual({ '3000/tcp': null });
    expect(HostConfig).toMatchObject({
      Privileged: false,
      CapDrop: ['NET_RAW'],
      CapAdd: null,
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 1024,
      Memory: 512 * 1024 * 1024,
      MemorySwap: 512 * 1024 * 1024,
      Init: true,
      RestartPolicy: { Name: 'unless-stopped' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      Binds: null,
    });
  });

  it('stays stopped through a restart of the engine, when somebody stopped it', async () => {
    expect((await apps.ask('POST', '/projects/blog/environments/production/app/stop')).status).toBe(200);
    await engine.kill();
    await engine.start();
    await expect.poll(async () => (await apps.ask('GET', '/apps')).body.engine.state).toBe('ready');
    expect(await state()).toBe('stopped');
    expect(await engine.docker('ps', '--quiet')).toBe('');
    expect((await apps.ask('POST', '/projects/blog/environments/production/app/start')).status).toBe(200);
    await expect.poll(visit).toBe('one');
  });

  it('outlives the instance, and is found again by the next one', async () => {
    const [name] = await listOwn();
    const { dataDir } = apps.door;
    await apps.door.instance.stop();
    expect(await listOwn()).toEqual([name]);
    const instance = await openInstance({ dataDir });
    try {
      await instance.start({ https: { port: 0 }, socket: false });
      const find = async () => (await askOwner(instance, 'GET', '/projects/blog/apps')).body.apps[0];
      await expect.poll(async () => (await find()).state).toBe('serving');
      expect(await listOwn()).toEqual([name]);
    } finally {
      await instance.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
