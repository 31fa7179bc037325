import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDocker } from '../../../electron/instance/deployments/engines/docker.ts';
import { createDockerApi } from '../../../electron/instance/deployments/engines/docker-api.ts';
import { listSocketPlaces } from '../../../electron/instance/deployments/engines/docker-socket.ts';

/**
 * What engines answer, where they differ: Docker 29 dropped APIs before 1.44 and gives `MinAPIVersion`
 * (docs.docker.com/engine/api/version-history), Podman 5 speaks 1.41 and says so at `/version`, and with the containerd image store
 * the id of an image is that of its index and `Config` may lack `ExposedPorts`.
 */
const folders: string[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function listen(answer: RequestListener): Promise<NodeJS.ProcessEnv> {
  const folder = mkdtempSync(join(tmpdir(), 'temps-engine-'));
  folders.push(folder);
  const socket = join(folder, 'docker.sock');
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { DOCKER_HOST: `unix://${socket}` };
}
const answering =
  (answers: Record<string, unknown>): RequestListener =>
  (request, response) => {
    const path = (request.url ?? '').replace(/^\/v\d+\.\d+/, '').split('?')[0] as string;
    const found = Object.hasOwn(answers, path) ? answers[path] : undefined;
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { message: 'no such thing' }));
  };

describe('an engine', () => {
  it.each([
    ['Docker 20.10', { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' }, 'ready', '1.41'],
    ['Docker 29', { Version: '29.1.0', ApiVersion: '1.52', MinAPIVersion: '1.44' }, 'ready', '1.51'],
    ['Podman 5', { Version: '5.4.2', ApiVersion: '1.41', MinAPIVersion: '1.24' }, 'ready', '1.41'],
    ['Docker 18', { Version: '18.9.1', ApiVersion: '1.39', MinAPIVersion: '1.12' }, 'old', undefined],
    ['one that is too new', { Version: '40', ApiVersion: '1.90', MinAPIVersion: '1.60' }, 'new', undefined],
    ['something else', { hello: 'world' }, 'failing', undefined],
    ['what is no object', ['1.41'], 'failing', undefined],
  ])('is judged by its versions: %s', async (_, version, state, apiVersion) => {
    const api = createDockerApi(await listen(answering({ '/version': version })), 'linux');
    expect(await api.look()).toMatchObject({ state, ...(apiVersion ? { apiVersion } : {}) });
    api.close();
  });

  it('is found again after it was exchanged for another version', async () => {
    let version = { Version: '20', ApiVersion: '1.41' };
    const env = await listen((request, response) => {
      response.setHeader('api-version', version.ApiVersion);
      answering({ '/version': version, '/_ping': 'OK' })(request, response);
    });
    const api = createDockerApi(env, 'linux');
    expect(await api.look()).toMatchObject({ apiVersion: '1.41' });
    version = { Version: '28', ApiVersion: '1.48' };
    expect(await api.look()).toMatchObject({ apiVersion: '1.48' });
    api.close();
  });

  it('that is slow with one answer goes on with the others', async () => {
    const env = await listen((request, response) => {
      if (request.url?.includes('/slow')) return void setTimeout(() => response.end('{"is":"late"}'), 300);
      if (request.url?.includes('/broken')) return void request.socket.destroy();
      answering({ '/version': { Version: '20', ApiVersion: '1.41' }, '/info': {} })(request, response);
    });
    const api = createDockerApi(env, 'linux');
    await api.look();
    const slow = api.ask('GET', '/slow');
    const abort = new AbortController();
    const cut = api.ask('GET', '/slow', { signal: abort.signal });
    abort.abort(new Error('gone'));
    await expect(cut).rejects.toThrow('gone');
    expect((await slow).json).toEqual({ is: 'late' });
    await expect(api.ask('GET', '/broken')).rejects.toMatchObject({ code: 'engine_unavailable' });
    expect((await api.ask('GET', '/info')).status).toBe(200);
    api.close();
  });

  it('whose answers are too long, or refusals full of signs, is named', async () => {
    const env = await listen((request, response) => {
      if (request.url?.includes('/long')) return void response.end(Buffer.alloc(17 * 1024 * 1024, 'x'));
      if (request.url?.includes('/refused')) {
        response.statusCode = 500;
        return void response.end(JSON.stringify({ message: `\u001b[31mno\u0000\n${'x'.repeat(10_000)}` }));
      }
      answering({ '/version': { Version: '20', ApiVersion: '1.41' } })(request, response);
    });
    const api = createDockerApi(env, 'linux');
    await expect(api.ask('GET', '/long')).rejects.toMatchObject({
      code: 'engine_failed',
      message: /too long/,
    });
    const error = await api.ask('GET', '/refused').catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      code: 'engine_failed',
      message: expect.stringMatching(/^Docker says: \[31mno x/),
    });
    expect((error as Error).message.length).toBeLessThan(600);
    api.close();
  });

  it.each([
    ['nothing is there', { DOCKER_HOST: 'unix:///nowhere/docker.sock' }, 'stopped'],
    ['it is on another machine', { DOCKER_HOST: 'tcp://10.0.0.1:2375' }, 'misplaced'],
    ['it is reached by SSH', { DOCKER_HOST: 'ssh://ada@nas' }, 'misplaced'],
  ])('that cannot be used is said to be so: %s', async (_, env, state) => {
    const api = createDockerApi(env, 'linux');
    expect(await api.look()).toMatchObject({ state });
    await expect(api.ask('GET', '/info')).rejects.toMatchObject({
      code: 'engine_unavailable',
      details: { state },
    });
  });

  it('is looked for where each kind has its socket', () => {
    const paths = (env: NodeJS.ProcessEnv, system: NodeJS.Platform) =>
      listSocketPlaces(env, system).map(({ path }) => path);
    expect(paths({ XDG_RUNTIME_DIR: '/run/user/1000' }, 'linux')).toEqual(
      expect.arrayContaining([
        '/var/run/docker.sock',
        '/run/user/1000/docker.sock',
        '/run/user/1000/podman/podman.sock',
      ]),
    );
    expect(paths({}, 'win32')[0]).toBe('//./pipe/docker_engine');
    expect(paths({ DOCKER_HOST: 'unix:///run/own.sock' }, 'linux')).toEqual(['/run/own.sock']);
  });

  it('with the containerd image store names an image by its index, and its ports may be missing', async () => {
    const image = {
      Id: `sha256:${'b'.repeat(64)}`,
      RepoDigests: [`nginx@sha256:${'b'.repeat(64)}`],
      Architecture: 'amd64',
      Os: 'linux',
      Config: { Cmd: ['nginx'] },
      Descriptor: { mediaType: 'application/vnd.oci.image.index.v1+json' },
    };
    const docker = createDocker(
      await listen(
        answering({
          '/version': { Version: '29.1.0', ApiVersion: '1.52', MinAPIVersion: '1.44' },
          '/images/nginx:1/json': image,
        }),
      ),
      'linux',
    );
    expect(await docker.findImage('nginx:1')).toEqual({
      id: image.Id,
      digests: image.RepoDigests,
      ports: [],
      architecture: 'amd64',
      os: 'linux',
      hasCommand: true,
    });
    expect(await docker.findImage('nginx:2')).toBeNull();
    docker.close();
  });
});
