import { Agent, request as httpsRequest } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'vitest';
import { openDoor, type TestAnswer, type TestDoor } from '../api/harness.ts';
import type { TestEngine } from './dockerd.ts';

export const PRODUCTION = 'production';

/** An instance in this process that deploys to an engine of the test. */
export interface RunningApps {
  door: TestDoor & { stop(): Promise<void> };
  ask(method: string, path: string, body?: unknown): Promise<TestAnswer>;
  /** A project with variables in production; those that begin with a star are secrets. */
  createProject(name: string, variables?: Record<string, string>): Promise<void>;
  setVariable(project: string, key: string, value: string): Promise<void>;
  begin(project: string, body?: object, environment?: string): Promise<TestAnswer>;
  /** Deploys, and waits for the end of it. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  deploy(project: string, body?: object): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  waitForEnd(project: string, id: number): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  findApp(project: string): Promise<any>;
  /** Asks an app as a browser would, by its name. */
  visit(host: string, path?: string, headers?: Record<string, string>): Promise<Visit>;
  /** A connection that was upgraded to a WebSocket, for bytes both ways. */
  upgrade(host: string): Promise<TLSSocket>;
  port(): Promise<number>;
  agent: Agent;
}

export interface Visit {
  status: number;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

/** With `DOCKER_HOST` set before: an instance reads it at its start. */
export async function openApps(
  engine: TestEngine,
  prepare: Parameters<typeof openDoor>[1] = {},
): Promise<RunningApps> {
  process.env.DOCKER_HOST = engine.host;
  const door = await openDoor('socket', prepare);
  const ask = (method: string, path: string, body?: unknown) => door.owner(method, path, body);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const app = `environments/${PRODUCTION}/app`;

  async function port(): Promise<number> {
    const { apps } = (await ask('GET', '/apps')).body;
    return Number(new URL(apps.find(({ url }: { url: string | null }) => url !== null).url).port);
  }
  const trust = async () => ({ ca: (await ask('GET', '/ca.pem')).text });

  const apps: RunningApps = {
    door,
    ask,
    agent,
    port,
    async createProject(name, variables = {}) {
      const created = await ask('POST', '/projects', { name });
      expect(created.status, created.text).toBe(200);
      for (const [key, value] of Object.entries(variables)) await apps.setVariable(name, key, value);
    },
    async setVariable(project, marked, value) {
      const isSecret = marked.startsWith('*');
      const key = isSecret ? marked.slice(1) : marked;
      const [environment] = (await ask('GET', `/projects/${project}/environments`)).body;
      const known = (await ask('GET', `/projects/${project}/env-vars`)).body.find(
        (one: { key: string }) => one.key === key,
      );
      const body = { key, value, is_secret: isSecret, environment_ids: [environment.id] };
      const set = known
        ? await ask('PUT', `/projects/${project}/env-vars/${known.id}`, body)
        : await ask('POST', `/projects/${project}/env-vars`, body);
      expect(set.status, set.text).toBe(known ? 200 : 201);
    },
    begin: (project, body = {}, environment = PRODUCTION) =>
      ask('POST', `/projects/${project}/environments/${environment}/app/deploy`, body),
    async deploy(project, body = {}) {
      const asked = await apps.begin(project, body);
      expect(asked.status, asked.text).toBe(202);
      return await apps.waitForEnd(project, asked.body.id);
    },
    async waitForEnd(project, id) {
      const path = `/projects/${project}/deployments/${id}`;
      await expect
        .poll(async () => (await ask('GET', path)).body.finished_at, { interval: 20 })
        .not.toBeNull();
      return { ...(await ask('GET', path)).body, log: (await ask('GET', `${path}/log`)).body };
    },
    findApp: async (project) => (await ask('GET', `/projects/${project}/${app}`)).body,
    async visit(host, path = '/', headers = {}) {
      const [to, trusted] = await Promise.all([port(), trust()]);
      return await new Promise((resolve, reject) => {
        const sent = httpsRequest(
          {
            host: '127.0.0.1',
            port: to,
            servername: host,
            path,
            agent: false,
            // Names without an app have no certificate: what is answered there is looked at all the same.
            ...(host in { localhost: 1, 'other.localhost': 1 }
              ? { checkServerIdentity: () => undefined }
              : {}),
            ...trusted,
            headers: { host: `${host}:${to}`, ...headers },
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (chunk: string) => {
              text += chunk;
            });
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
            );
            response.on('error', reject);
          },
        );
        sent.on('error', reject);
        sent.end();
      });
    },
    async upgrade(host) {
      const [to, trusted] = await Promise.all([port(), trust()]);
      const socket = connect({ host: '127.0.0.1', port: to, servername: host, ...trusted });
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.once('data', (data: Buffer) =>
          data.toString().startsWith('HTTP/1.1 101') ? resolve() : reject(new Error(data.toString())),
        );
        socket.write(
          `GET /socket HTTP/1.1\r\nHost: ${host}:${to}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
        );
      });
      return socket;
    },
  };
  return apps;
}
