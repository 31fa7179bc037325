import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { APP_IMAGE, it, startEngine, type TestEngine } from './dockerd.ts';
import { startLoad } from './load.ts';
import { openApps, type RunningApps } from './running-apps.ts';

/** In no image, log, row or argument. */
const CANARY = 'canary-5e1bd0c9a7';

describe('an app from an image', () => {
  let engine: TestEngine;
  let apps: RunningApps;
  const listOwn = async () =>
    (await engine.docker('ps', '--all', '--format', '{{.Names}}'))
      .split('\n')
      .filter((name) => name.startsWith('temps-'));

  beforeAll(async () => {
    engine = await startEngine();
    apps = await openApps(engine);
  });
  afterAll(async () => {
    await apps?.door.stop();
    delete process.env.DOCKER_HOST;
    await engine?.stop();
  });

  it('goes live with its secret in its environment, at its own name', async () => {
    await apps.createProject('shop', { '*API_KEY': CANARY, VERSION: 'one', TEMPS_RELEASE: 'mine' });
    expect((await apps.ask('GET', '/projects/shop/apps')).body).toMatchObject({
      apps: [],
      engine: { state: 'ready' },
    });
    const ended = await apps.deploy('shop', { image: APP_IMAGE });
    expect(ended).toMatchObject({
      status: 'success',
      is_current: true,
      release: 1,
      serving: 1,
      error_detail: null,
    });
    expect(ended.phases.map(({ phase }: { phase: string }) => phase)).toEqual([
      'preparing',
      'starting',
      'probing',
      'switching',
      'draining',
    ]);
    expect(await apps.findApp('shop')).toMatchObject({
      host: 'shop.localhost',
      state: 'serving',
      release: { number: 1, port: 3000 },
      changed_variables: [],
    });
    expect(await apps.visit('shop.localhost')).toMatchObject({ status: 200, text: 'one' });
    const env = JSON.parse((await apps.visit('shop.localhost', '/env')).text);
    expect(env).toMatchObject({
      API_KEY: CANARY,
      TEMPS_PROJECT: 'shop',
      TEMPS_ENVIRONMENT: 'production',
      TEMPS_RELEASE: '1',
    });
    // What every app gets is not overwritten without a word.
    expect(ended.log).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringContaining('TEMPS_RELEASE') }),
    );
  });

  it('neither gets the console’s cookie nor sets it, and is not served at the console’s name', async () => {
    const own = apps.door.wrongSession.cookie?.split('=')[0] as string;
    const visit = await apps.visit('shop.localhost', `/headers?cookie=${own}`, {
      cookie: `a=1; ${own}=stolen; b=2`,
    });
    expect(JSON.parse(visit.text).cookie).toBe('a=1; b=2');
    expect(visit.headers['set-cookie']).toEqual(['own=1']);
    expect((await apps.visit('localhost')).status).toBe(421);
    expect((await apps.visit('other.localhost')).status).toBe(404);
  });

  it('says which variables it does not have yet, and gets them by applying', async () => {
    await apps.setVariable('shop', 'VERSION', 'two');
    await apps.setVariable('shop', 'ADDED', 'yes');
    expect((await apps.findApp('shop')).changed_variables).toEqual([
      { key: 'VERSION', change: 'changed' },
      { key: 'ADDED', change: 'added' },
    ]);
    expect((await apps.visit('shop.localhost')).text).toBe('one');
    const asked = await apps.ask('POST', '/projects/shop/environments/production/app/apply');
    expect(await apps.waitForEnd('shop', asked.body.id)).toMatchObject({
      status: 'success',
      trigger: 'apply',
      release: 2,
    });
    expect((await apps.visit('shop.localhost')).text).toBe('two');
    expect((await apps.findApp('shop')).changed_variables).toEqual([]);
    expect(await listOwn()).toHaveLength(1);
  });

  it('is replaced without a failed request, and what is open may end', async () => {
    const socket = await apps.upgrade('shop.localhost');
    const echoed: string[] = [];
    socket.on('data', (data: Buffer) => echoed.push(data.toString()));
    const [port, { text: ca }] = await Promise.all([apps.port(), apps.ask('GET', '/ca.pem')]);
    const load = startLoad({ port, ca, host: 'shop.localhost', connections: 64 });
    const slow = apps.visit('shop.localhost', '/slow?ms=1500');
    for (const version of ['three', 'four', 'five']) {
      await apps.setVariable('shop', 'VERSION', version);
      const asked = await apps.begin('shop', { image: APP_IMAGE });
      await expect
        .poll(async () => (await apps.ask('GET', `/projects/shop/deployments/${asked.body.id}`)).body.phase, {
          interval: 20,
        })
        .toBe('draining');
      // The WebSocket goes on at the release it began at.
      socket.write(`before ${version}`);
      await expect.poll(() => echoed.join('')).toContain(`before ${version}`);
      if (version === 'three') socket.end();
      expect(await apps.waitForEnd('shop', asked.body.id)).toMatchObject({ status: 'success' });
      if (version === 'three') break;
    }
    for (const version of ['four', 'five']) {
      await apps.setVariable('shop', 'VERSION', version);
      expect(await apps.deploy('shop')).toMatchObject({ status: 'success' });
    }
    await expect.poll(() => load.counts.versions.get('five') ?? 0).toBeGreaterThan(64);
    const counts = await load.end();
    expect(counts.failures).toEqual([]);
    expect([...counts.versions.keys()]).toEqual(expect.arrayContaining(['two', 'three', 'four', 'five']));
    expect(await slow).toMatchObject({ status: 200, text: 'two' });
    expect(await listOwn()).toHaveLength(1);
  });

  describe('that does not work', () => {
    const failures: [what: string, variables: Record<string, string>, body: object, expected: RegExp][] = [
      ['ends by itself', { MODE: 'crash', PRINT: 'API_KEY' }, {}, /^It ended with exit code 3\.$/],
      [
        'answers with an error',
        { MODE: 'error' },
        { probe: { within_s: 2 } },
        /GET \/ on port 3000 gave no status below 500 within 2 s; last: status 500/,
      ],
      [
        'listens on its own loopback alone',
        { HOST: '127.0.0.1' },
        { probe: { within_s: 2 } },
        /listens on port 3000, on 127\.0\.0\.1 alone.*0\.0\.0\.0/,
      ],
      [
        'listens on another port',
        { PORT: '4000' },
        { probe: { within_s: 2 } },
        /Nothing listens on port 3000; it listens on 4000\. Set the port of the app to 4000/,
      ],
      [
        'listens on nothing',
        { MODE: 'silent' },
        { probe: { within_s: 2 } },
        /listened on no port within 2 s/,
      ],
      ['uses more memory than it may', { MODE: 'memory', WAIT_MS: '600000' }, {}, /more memory than it may/],
    ];
    it.each(
      failures,
    )('because it %s: says why, and the release before serves', async (_, variables, body, expected) => {
      for (const [key, value] of Object.entries(variables)) await apps.setVariable('shop', key, value);
      const before = await apps.findApp('shop');
      const ended = await apps.deploy('shop', { image: APP_IMAGE, ...body });
      const listed = (await apps.ask('GET', '/projects/shop/env-vars')).body;
      for (const { id, key } of listed)
        if (Object.hasOwn(variables, key)) await apps.ask('DELETE', `/projects/shop/env-vars/${id}`);
      expect(ended).toMatchObject({
        status: 'failed',
        is_current: false,
        release: null,
        serving: before.release.number,
      });
      expect(ended.error_detail).toMatch(expected);
      expect(ended.log.at(-1)).toMatchObject({ level: 'error', message: ended.error_detail });
      expect(await apps.visit('shop.localhost')).toMatchObject({ status: 200, text: 'five' });
      await expect.poll(listOwn).toHaveLength(1);
      if (variables.PRINT) {
        expect(ended.failure.last_lines).toContain('API_KEY is ••••');
        expect(ended.failure.last_lines).toContain('cannot connect to the database');
      }
    });

    it.each([
      ['has no command', 'temps-test/empty:1', [APP_IMAGE], ['CMD []'], /names no command/],
      ['is not there', 'localhost:9/nobody/nothing:1', null, [], /could not be fetched/],
    ])('because its image %s', async (_, name, from, lines, expected) => {
      if (from) await engine.build(name, from[0] as string, ...lines);
      const ended = await apps.deploy('shop', { image: name });
      expect(ended).toMatchObject({ status: 'failed' });
      expect(ended.error_detail).toMatch(expected);
      expect((await apps.visit('shop.localhost')).text).toBe('five');
    });

    it('because its image is for another kind of machine', async () => {
      const ended = await apps.deploy('shop', { image: await engine.buildForeign() });
      expect(ended.error_detail).toMatch(/This image is for linux\/s390x; this machine is linux\//);
    });

    it('is refused before anything is done where its image has no name', async () => {
      for (const image of ['--upload-pack=x', 'a b', 'x'.repeat(600), 'http://x/y', '']) {
        const asked = await apps.begin('shop', { image });
        expect([image, asked.status]).toEqual([image, 400]);
      }
    });
  });

  it('goes back to an earlier release within two seconds', async () => {
    expect(await apps.deploy('shop', { image: APP_IMAGE, probe: {} })).toMatchObject({ status: 'success' });
    await engine.build('temps-test/app:2', APP_IMAGE, 'ENV VERSION=unused');
    expect(await apps.deploy('shop', { image: 'temps-test/app:2' })).toMatchObject({ status: 'success' });
    const { releases } = await apps.findApp('shop');
    expect(releases.map(({ image }: { image: string }) => image).slice(0, 2)).toEqual([
      'temps-test/app:2',
      APP_IMAGE,
    ]);
    const before = performance.now();
    const asked = await apps.ask('POST', `/projects/shop/deployments/${releases[1].deployment_id}/rollback`);
    expect(asked.status, asked.text).toBe(200);
    const ended = await apps.waitForEnd('shop', asked.body.id);
    expect(ended).toMatchObject({ status: 'success', trigger: 'rollback', image: APP_IMAGE });
    // Measured by npm run bench; here that it waits for nothing.
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it('waits for the one before it, and gives way to a later one', async () => {
    const asked = [];
    for (let at = 0; at < 10; at += 1) asked.push((await apps.begin('shop', { image: APP_IMAGE })).body.id);
    const ended = [];
    for (const id of asked) ended.push(await apps.waitForEnd('shop', id));
    expect(ended[0].status).toBe('success');
    expect(ended[9].status).toBe('success');
    expect(ended.slice(1, 9).map(({ status, cancelled_reason }) => [status, cancelled_reason])).toEqual(
      Array.from({ length: 8 }, () => ['cancelled', 'A later one was asked for while it waited.']),
    );
    expect(await listOwn()).toHaveLength(1);
  });

  it('is cancelled on request, and leaves nothing', async () => {
    await apps.setVariable('shop', 'MODE', 'silent');
    const asked = await apps.begin('shop', { image: APP_IMAGE, probe: { within_s: 600 } });
    const path = `/projects/shop/deployments/${asked.body.id}`;
    await expect.poll(async () => (await apps.ask('GET', path)).body.phase).toBe('probing');
    // Nothing else is done to it meanwhile.
    expect((await apps.ask('POST', '/projects/shop/environments/production/app/stop')).status).toBe(409);
    expect((await apps.ask('POST', `${path}/cancel`)).status).toBe(200);
    expect(await apps.waitForEnd('shop', asked.body.id)).toMatchObject({
      status: 'cancelled',
      cancelled_reason: expect.stringContaining('Cancelled by'),
    });
    expect((await apps.ask('POST', `${path}/cancel`)).status).toBe(409);
    await expect.poll(listOwn).toHaveLength(1);
    await apps.setVariable('shop', 'MODE', 'serve');
    expect(await apps.deploy('shop', { image: APP_IMAGE, probe: {} })).toMatchObject({ status: 'success' });
  });

  it('is stopped, started and restarted', async () => {
    const act = (word: string) => apps.ask('POST', `/projects/shop/environments/production/app/${word}`);
    expect((await act('stop')).body).toMatchObject({ state: 'stopped' });
    expect(await apps.visit('shop.localhost')).toMatchObject({ status: 503 });
    expect((await act('restart')).status).toBe(409);
    expect((await act('start')).body).toMatchObject({ state: 'serving' });
    await expect.poll(async () => (await apps.visit('shop.localhost')).status).toBe(200);
    expect((await act('restart')).body).toMatchObject({ state: 'serving' });
    await expect.poll(async () => (await apps.visit('shop.localhost')).status).toBe(200);
  });

  it('shows what it prints, without values of its secrets, and nothing while the vault is locked', async () => {
    await apps.setVariable('shop', 'PRINT', 'API_KEY');
    await apps.deploy('shop');
    const logs = () => apps.ask('GET', '/projects/shop/environments/production/app/logs');
    const lines = (await logs()).body.lines.map(({ text }: { text: string }) => text);
    expect(lines).toEqual([expect.stringMatching(/^begins as/), 'API_KEY is ••••']);
    expect((await apps.ask('POST', '/vault/lock')).status).toBe(204);
    expect(await logs()).toMatchObject({ status: 423 });
    expect(await apps.begin('shop')).toMatchObject({ status: 423 });
    // What runs goes on, and may be restarted.
    expect((await apps.visit('shop.localhost')).status).toBe(200);
    expect((await apps.ask('POST', '/projects/shop/environments/production/app/restart')).status).toBe(200);
    await expect.poll(async () => (await apps.visit('shop.localhost')).status).toBe(200);
    const unlocked = await apps.ask('POST', '/vault/unlock', { method: 'custody' });
    expect(unlocked.status, unlocked.text).toBe(200);
  });

  it('touches nothing of others, whatever labels it has', async () => {
    const instance = await engine.docker(
      'inspect',
      '--format',
      '{{index .Config.Labels "temps.instance"}}',
      (await listOwn())[0] as string,
    );
    const labels = [
      `temps.instance=${instance}`,
      'temps.project=shop',
      'temps.environment=production',
    ].flatMap((label) => ['--label', label]);
    await engine.docker('network', 'create', '--subnet', '10.214.0.0/27', ...labels, 'foreign');
    await engine.docker('volume', 'create', ...labels, 'foreign');
    await engine.docker('run', '--detach', '--network', 'foreign', ...labels, '--name', 'foreign', APP_IMAGE);
    await apps.createProject('gone', { '*TOKEN': CANARY });
    expect(await apps.deploy('gone', { image: APP_IMAGE })).toMatchObject({ status: 'success' });
    expect((await apps.ask('DELETE', '/projects/gone')).status).toBe(204);
    // What is in the trash does not run.
    await expect.poll(async () => (await listOwn()).filter((name) => name.includes('gone'))).toEqual([]);
    await expect
      .poll(async () =>
        (await engine.docker('network', 'ls', '--format', '{{.Name}}'))
          .split('\n')
          .filter((name) => name.includes('gone')),
      )
      .toEqual([]);
    expect(await engine.docker('inspect', '--format', '{{.State.Running}}', 'foreign')).toBe('true');
    expect(await engine.docker('network', 'inspect', '--format', '{{.Name}}', 'foreign')).toBe('foreign');
    expect(await engine.docker('volume', 'inspect', '--format', '{{.Name}}', 'foreign')).toBe('foreign');
  });

  it('leaves no value of a secret in rows, images or arguments', async () => {
    const files = readdirSync(apps.door.dataDir).filter((name) => name.startsWith('temps.db'));
    for (const name of files)
      expect(readFileSync(join(apps.door.dataDir, name)).includes(CANARY)).toBe(false);
    const images = (await engine.docker('images', '--quiet')).split('\n');
    expect(await engine.docker('image', 'inspect', ...images)).not.toContain(CANARY);
    for (const image of images)
      expect(await engine.docker('history', '--no-trunc', image)).not.toContain(CANARY);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      let line = '';
      try {
        line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        // It ended meanwhile.
      }
      expect(line).not.toContain(CANARY);
    }
  });

  it('is removed with everything of it, and its variables stay', async () => {
    expect((await apps.ask('DELETE', '/projects/shop/environments/production/app')).status).toBe(204);
    expect(await listOwn()).toEqual([]);
    expect((await apps.ask('GET', '/projects/shop/apps')).body.apps).toEqual([]);
    expect((await apps.ask('GET', '/projects/shop/env-vars')).body.length).toBeGreaterThan(2);
  });
});
