import type { Readable } from 'node:stream';
import type { Pool } from 'undici';
import { AppError } from '../../kernel/app-error.ts';
import { findSocket, isDockerInstalled } from './docker-socket.ts';
import type { EngineStatus } from './engine.ts';

/** The oldest API that has all that is used here (Docker 19.03), and the newest that was looked at. */
const OLDEST = '1.40';
const NEWEST = '1.51';
/** How long an engine may take for one answer, and say nothing in the middle of one that is read whole. */
const ANSWER_MS = 60_000;
/** How long it may take to say which version it is, and that it is there. */
const LOOK_MS = 10_000;
/** SECURITY: of an answer that is read whole. Lists of everything on a machine are well below. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Open at once: logs that are followed stay open. */
const CONNECTIONS = 32;

interface Connected {
  path: string;
  pool: Pool;
  status: EngineStatus & { state: 'ready' };
  /** The newest API that it has. */
  newest: string;
}

export interface Asked {
  body?: unknown;
  signal?: AbortSignal;
  /** Status codes that are an answer, and no failure. */
  also?: readonly number[];
}
export interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what is used of an answer is checked where it is used
  json: any;
}

/**
 * Docker's Engine API over its socket, by undici: Docker's own clients for Node bring gRPC, SSH and native modules that nothing here
 * needs. The version is negotiated, and again after the engine was gone.
 */
export interface DockerApi {
  look(): Promise<EngineStatus>;
  /** Throws `engine_unavailable`, `engine_failed` with the engine's words. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, asked?: Asked): Promise<Answered>;
  /** An answer as it comes; `body` must be read or destroyed. `idleMs` 0: as long as it takes. */
  stream(
    method: 'GET' | 'POST',
    path: string,
    options: { signal: AbortSignal; idleMs: number },
  ): Promise<{ status: number; body: Readable }>;
  /** Reads an answer whole. Throws `engine_failed`. */
  readWhole(body: Readable): Promise<string>;
  close(): void;
}

/** @param env is read at every look: who sets `DOCKER_HOST` for a start means that start. */
export function createDockerApi(env: NodeJS.ProcessEnv, system: NodeJS.Platform): DockerApi {
  let connected: Connected | null = null;

  function drop(): void {
    void connected?.pool.destroy().catch(() => undefined);
    connected = null;
  }

  async function connect(): Promise<EngineStatus> {
    const place = findSocket(env, system);
    if (!place) return whyAbsent(env, system);
    if (connected && connected.path !== place.path) drop();
    if (connected) return connected.status;
    const { Pool } = await import('undici');
    const pool = new Pool('http://docker', {
      socketPath: place.path,
      connections: CONNECTIONS,
      connect: { timeout: LOOK_MS },
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    });
    const { status, newest } = await negotiate(pool, place.path).catch((error: unknown) => ({
      status: whyNot(error, env, system),
      newest: '',
    }));
    if (status.state === 'ready') connected = { path: place.path, pool, status, newest };
    else void pool.destroy().catch(() => undefined);
    return status;
  }

  async function requireConnection(): Promise<Connected> {
    const status = await connect();
    if (connected) return connected;
    throw toUnavailable(status);
  }

  /** Of a failed call. */
  function toError(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (error instanceof AppError) return error;
    // What others wait for is ended only with the engine itself.
    if (isGone(error)) drop();
    return toUnavailable(whyNot(error, env, system));
  }

  return {
    async look() {
      if (!connected) return await connect();
      try {
        const { statusCode, headers, body } = await connected.pool.request({
          method: 'GET',
          path: '/_ping',
          headersTimeout: LOOK_MS,
        });
        await body.dump();
        // Another one by now, after an update: its version is asked for anew.
        const isSame = headers['api-version'] === undefined || headers['api-version'] === connected.newest;
        if (statusCode === 200 && isSame) return connected.status;
      } catch (error) {
        // One that is slow may be in the middle of what somebody waits for.
        if (!isGone(error)) return whyNot(error, env, system);
      }
      drop();
      return await connect();
    },
    async ask(method, path, { body, signal, also = [] } = {}) {
      const { pool, status } = await requireConnection();
      try {
        const answer = await pool.request({
          method,
          path: `/v${status.apiVersion}${path}`,
          ...(body === undefined
            ? {}
            : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
          ...(signal ? { signal } : {}),
        });
        const text = await readWhole(answer.body);
        const json = parseJson(text);
        if (answer.statusCode >= 400 && !also.includes(answer.statusCode))
          throw toRefusal(json, answer.statusCode);
        return { status: answer.statusCode, json };
      } catch (error) {
        throw toError(error, signal);
      }
    },
    async stream(method, path, { signal, idleMs }) {
      const { pool, status } = await requireConnection();
      try {
        const { statusCode, body } = await pool.request({
          method,
          path: `/v${status.apiVersion}${path}`,
          signal,
          bodyTimeout: idleMs,
        });
        return { status: statusCode, body };
      } catch (error) {
        throw toError(error, signal);
      }
    },
    readWhole,
    close: drop,
  };
}

/** Throws unless it answers. */
async function negotiate(pool: Pool, place: string): Promise<{ status: EngineStatus; newest: string }> {
  const answer = await pool.request({ method: 'GET', path: '/version', headersTimeout: LOOK_MS });
  const json = parseJson(await readWhole(answer.body));
  const newest = String(json?.ApiVersion ?? '');
  if (answer.statusCode !== 200)
    return { status: { state: 'failing', detail: sayMessage(json, answer.statusCode) }, newest };
  return { status: judgeVersion(json, newest, place), newest };
}

// biome-ignore lint/suspicious/noExplicitAny: see Answered
function judgeVersion(json: any, newest: string, place: string): EngineStatus {
  const version = typeof json?.Version === 'string' ? json.Version.slice(0, 100) : 'unknown';
  const oldest = String(json?.MinAPIVersion ?? newest);
  if (!/^\d+\.\d+$/.test(newest)) return { state: 'failing', detail: 'What answers there is no Docker.' };
  if (isBefore(newest, OLDEST))
    return {
      state: 'old',
      detail: `This is Docker ${version} with API ${newest}; at least API ${OLDEST} is needed (Docker 19.03).`,
    };
  if (isBefore(NEWEST, oldest))
    return {
      state: 'new',
      detail: `This is Docker ${version}, which speaks no API before ${oldest}; this version of Temps speaks ${NEWEST} at most. Update Temps.`,
    };
  return { state: 'ready', version, apiVersion: isBefore(NEWEST, newest) ? NEWEST : newest, place };
}

function isBefore(a: string, b: string): boolean {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor < bMajor || (aMajor === bMajor && aMinor < bMinor);
}

function whyAbsent(env: NodeJS.ProcessEnv, system: NodeJS.Platform): EngineStatus {
  if (env.DOCKER_HOST)
    return {
      state: 'misplaced',
      detail: 'DOCKER_HOST names no socket of this machine: only unix:// and npipe:// can be used.',
    };
  return isDockerInstalled(env, system)
    ? { state: 'stopped', detail: 'Docker is installed and not running.' }
    : { state: 'absent', detail: 'Docker is not installed, or not where it was looked for.' };
}

/** Codes of a socket behind which nobody is, or nobody any more. */
const GONE = [
  'ENOENT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTSOCK',
  'EACCES',
  'EPERM',
  'UND_ERR_SOCKET',
];
const isGone = (error: unknown): boolean => GONE.includes(String((error as { code?: unknown } | null)?.code));

function whyNot(error: unknown, env: NodeJS.ProcessEnv, system: NodeJS.Platform): EngineStatus {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'EACCES' || code === 'EPERM')
    return { state: 'denied', detail: 'This account may not use the socket of Docker.' };
  if (code === 'ENOENT' && !isDockerInstalled(env, system) && !env.DOCKER_HOST) return whyAbsent(env, system);
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK')
    return { state: 'stopped', detail: 'Docker is not running: nothing answers at its socket.' };
  return {
    state: 'failing',
    detail: `Docker does not answer as it should (${typeof code === 'string' ? code : 'no response'}).`,
  };
}

export function toUnavailable(status: EngineStatus): AppError {
  return status.state === 'ready'
    ? new AppError('engine_unavailable', 'Docker was gone for a moment: try again.', {
        details: { state: 'failing' },
      })
    : new AppError('engine_unavailable', status.detail, { details: { state: status.state } });
}

async function readWhole(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) throw new AppError('engine_failed', 'The answer of Docker is too long.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// biome-ignore lint/suspicious/noExplicitAny: see Answered
export function parseJson(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Longer ones are cut: they are shown to people. */
const MAX_MESSAGE = 500;

/** What an engine refuses. */
export const toRefusal = (json: unknown, status: number): AppError =>
  new AppError('engine_failed', `Docker says: ${sayMessage(json, status)}`, { details: { status } });

/** The engine's own words. SECURITY: printable ones alone; they come from registries and images too. */
export function sayMessage(json: unknown, status: number): string {
  const message = (json as { message?: unknown } | null)?.message;
  return typeof message === 'string' && message !== '' ? toPlainLine(message) : `status ${status}`;
}

export function toPlainLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_MESSAGE);
}
