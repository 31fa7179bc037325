import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe } from 'vitest';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import { type Instance, openInstance } from '../../electron/instance/instance.ts';
import type { CustodyName } from '../../electron/instance/vault/vocabulary.ts';
import { createManualClock, type ManualClock } from '../context.ts';
import { quick } from '../work-factor.ts';
import { recorded } from './recording/record-answers.ts';

export const ADMIN = { email: 'ada@example.org', name: 'Ada', password: 'a long enough password' };

/** What they sign in with. */
export const CREDENTIALS = { email: ADMIN.email, password: ADMIN.password };

export interface TestAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  body: any;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

export interface Who {
  cookie?: string;
  token?: string;
  headers?: Record<string, string>;
}

/** One door of a real instance with a data directory of its own, and an administrator. */
export interface TestDoor {
  name: 'https' | 'socket';
  instance: Instance;
  dataDir: string;
  /** Of the HTTPS door, which is open whichever this one is. */
  port: number;
  clock: ManualClock;
  /** Through this door, as nobody in particular: over the socket that is the owner. */
  request(method: string, path: string, body?: unknown, who?: Who): Promise<TestAnswer>;
  /** As the owner, whichever door it is. */
  owner(method: string, path: string, body?: unknown): Promise<TestAnswer>;
  /** With a cookie of the right name and no session. */
  wrongSession: Who;
  /** Signs in and gives the cookie. */
  signIn(email: string, password: string): Promise<Who>;
}

/** Runs a suite over both doors with the same assertions. */
export function describeOverDoors(name: string, suite: (find: () => TestDoor) => void): void {
  describe.each(['https', 'socket'] as const)(`${name}, over %s`, (door) => {
    let opened: (TestDoor & { stop(): Promise<void> }) | undefined;
    beforeAll(async () => {
      opened = await openDoor(door);
    });
    afterAll(async () => opened?.stop());
    suite(() => opened as TestDoor);
  });
}

export async function openDoor(
  name: 'https' | 'socket',
  {
    isSetUp = true,
    keyText,
    keyFolder = '.',
    prepare,
    now = Date.now(),
    ...options
  }: {
    isSetUp?: boolean;
    keyText?: string;
    /** Where the text lies, below the data directory. */
    keyFolder?: string;
    custody?: CustodyName;
    offersFoundKey?: boolean;
    scryptLogN?: number;
    bcryptCost?: number;
    /** What lies in the data directory before the instance opens it. */
    prepare?: (dataDir: string) => void;
    /** Epoch ms at which it opens. */
    now?: number;
  } = {},
): Promise<TestDoor & { stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-api-'));
  if (keyText) {
    mkdirSync(join(dataDir, keyFolder), { recursive: true });
    writeFileSync(join(dataDir, keyFolder, 'encryption_key'), keyText, { mode: 0o600 });
  }
  prepare?.(dataDir);
  const clock = createManualClock(now);
  const instance = await openInstance({
    dataDir,
    clock,
    ...quick,
    ...options,
  });
  const doors = await instance.start({ https: { port: 0 }, socket: true });
  const inProcess = recorded('owner', async (method: string, path: string, body?: unknown) => {
    const init = {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    };
    const response = await instance.fetch(
      new Request(`http://localhost/api${path}`, init),
      createOwner('window', clock.now()),
    );
    return toAnswer(response.status, await response.text(), Object.fromEntries(response.headers));
  });
  if (isSetUp) {
    const created = await inProcess('POST', '/users/administrator', ADMIN);
    if (created.status !== 201) throw new Error(created.text);
  }
  const authority = await inProcess('GET', '/ca.pem');
  // Without a key there is no authority yet, and a certificate for this start alone.
  const trust = authority.status === 200 ? { ca: authority.text } : { rejectUnauthorized: false };
  const port = Number(new URL(doors.httpsUrl ?? '').port);
  const origin = `https://localhost:${port}`;

  const request: TestDoor['request'] = recorded(name, (method, path, body?: unknown, who: Who = {}) => {
    const payload =
      body === undefined
        ? undefined
        : typeof body === 'string' || Buffer.isBuffer(body)
          ? body
          : JSON.stringify(body);
    const headers = {
      host: `localhost:${port}`,
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
      ...(who.cookie ? { cookie: who.cookie, origin } : {}),
      ...(who.token ? { authorization: `Bearer ${who.token}` } : {}),
      ...who.headers,
    };
    const url = path.startsWith('//') ? path.slice(1) : `/api${path}`;
    const options: RequestOptions = { method, path: url, headers };
    const send = (callback: (response: IncomingMessage) => void) =>
      name === 'https'
        ? httpsRequest({ ...options, ...trust, host: 'localhost', port, servername: 'localhost' }, callback)
        : httpRequest({ ...options, socketPath: doors.socketPath as string }, callback);
    return new Promise((resolve, reject) => {
      const sent = send((response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve(
            toAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'), response.headers),
          ),
        );
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(payload);
    });
  });

  return {
    name,
    instance,
    dataDir,
    port,
    clock,
    request,
    owner: inProcess,
    wrongSession: { cookie: `${readCookieName(dataDir)}=nonsense` },
    async signIn(email, password) {
      const answer = await request('POST', '/auth/login', { email, password });
      if (answer.status !== 200) throw new Error(answer.text);
      return { cookie: readCookie(answer) };
    },
    async stop() {
      await instance.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** It carries the instance: other instances on this machine have others. */
export function readCookieName(dataDir: string): string {
  const database = new Database(join(dataDir, 'temps.db'), { readonly: true });
  const id = database.prepare('SELECT id FROM instance').pluck().get() as string;
  database.close();
  return `__Host-temps-${id.slice(0, 8)}`;
}

/** Of the path of a one-time link. */
export function readToken(path: string): string {
  return new URLSearchParams(path.slice(path.indexOf('#') + 1)).get('token') as string;
}

export function readCookie(answer: TestAnswer): string {
  return ([answer.headers['set-cookie']].flat().join('').split(';')[0] ?? '') as string;
}

function toAnswer(status: number, text: string, headers: TestAnswer['headers']): TestAnswer {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Not every answer is JSON.
  }
  return { status, body, text, headers };
}
