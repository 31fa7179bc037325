import { findSocketPath } from '../instance/doors/socket-path.ts';
import type { Instance, InstanceOptions, ProcessHost } from '../instance/instance.ts';
import { AppError } from '../instance/kernel/app-error.ts';
import { hasDatabase, hasUnfinishedRestore } from '../instance/store/data-directory.ts';
import { type Call, formatPath, type Method, type PathValues, type Schemas } from './api-request.ts';
import { CommandError } from './command-error.ts';
import { findMissing, type LookUp, readNamed } from './line/missing-names.ts';

/** How long a command waits for another short command to release the data directory. */
const WAIT_FOR_OTHERS_MS = 5000;

/** Calls the API as the owner. Every call throws CommandError with the problem's code. */
export interface Client {
  /** True when a running instance responds; false when this process opened the data directory itself. */
  readonly isRemote: boolean;
  readonly get: Call<'get'>;
  readonly post: Call<'post'>;
  readonly put: Call<'put'>;
  readonly patch: Call<'patch'>;
  readonly delete: Call<'delete'>;
  close(): Promise<void>;
}

interface Reply {
  status: number;
  contentType: string;
  text: string;
}
type Send = (method: string, path: string, body: string | null) => Promise<Reply>;

/**
 * Connects to the instance of a data directory: over its socket if it is running, else by opening the directory.
 *
 * @param mayCreate whether to create an instance in a directory that has none.
 */
export async function connect(
  dataDir: string,
  mayCreate: boolean,
  processes: ProcessHost | undefined,
): Promise<Client> {
  const running = await findRunning(dataDir);
  if (running) return running;
  if (!mayCreate) requireInstance(dataDir);
  return await openInProcess(dataDir, mayCreate, processes);
}

/** Throws `not_found` for a data directory without an instance. */
function requireInstance(dataDir: string): void {
  if (hasDatabase(dataDir) || hasUnfinishedRestore(dataDir)) return;
  throw new CommandError(
    'not_found',
    `There is no instance in ${dataDir}. Start one with: temps-desktop serve`,
  );
}

/**
 * The values of an environment for a program, as the instance gives them that runs in the data directory; else from the directory
 * itself.
 */
export async function resolveVariables(
  dataDir: string,
  { project, env }: { project: string; env: string | undefined },
  processes: ProcessHost | undefined,
): Promise<Schemas['ResolvedVariable'][]> {
  const answer = await askRunning(dataDir, (client) =>
    client.get('/projects/{project}/variables/resolved', {
      path: { project },
      query: { environment: env },
    }),
  );
  if (answer) return answer.variables;
  requireInstance(dataDir);
  // Without the API, which takes longer to load than all of this: `run` is what people wait for most often.
  const { resolveAlone } = await import('../instance/run-alone.ts');
  try {
    return await resolveAlone(ownOptions(dataDir, false, processes), project, env);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
    // Asked of the API, which is loaded now, it says what there is.
    const client = await openInProcess(dataDir, false, processes);
    try {
      await client.get('/projects/{project}/environments/{environment}', {
        path: { project, environment: env ?? 'production' },
      });
    } finally {
      await client.close();
    }
    throw error;
  }
}

/** The instance that runs in a data directory, over its socket; null where none does. */
export async function findRunning(dataDir: string): Promise<Client | null> {
  return await askRunning(dataDir, async (client, send) => {
    await send('GET', '/auth/email-status', null);
    return client;
  });
}

/** What the instance that runs in a data directory gives, over its socket; null where none does, which was asked nothing then. */
async function askRunning<T>(
  dataDir: string,
  ask: (client: Client, send: Send) => Promise<T>,
): Promise<T | null> {
  const path = findSocketPath(dataDir);
  if (path === null) return null;
  const sendAnyway = sendOver(path);
  let isListening = true;
  const send: Send = async (...request) => {
    try {
      return await sendAnyway(...request);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM') throw socketRefused(path, code);
      // The socket of an instance that was killed: nothing listens on it.
      if (['ECONNREFUSED', 'ENOENT'].includes(code)) isListening = false;
      throw error;
    }
  };
  try {
    return await ask(
      createClient(send, true, async () => undefined),
      send,
    );
  } catch (error) {
    if (!isListening) return null;
    throw isHangUp(error) ? instanceGone() : error;
  }
}

function socketRefused(path: string, code: string): CommandError {
  return new CommandError(
    'data_dir_unusable',
    `${path} belongs to an instance of another account (${code}): run this as that account.`,
  );
}

async function openInProcess(
  dataDir: string,
  mayCreate: boolean,
  processes: ProcessHost | undefined,
): Promise<Client> {
  const { openInstance } = await import('../instance/instance.ts');
  return await connectTo(await openInstance(ownOptions(dataDir, mayCreate, processes)));
}

/** How a command opens a data directory itself. */
function ownOptions(
  dataDir: string,
  mayCreate: boolean,
  processes: ProcessHost | undefined,
): InstanceOptions {
  return {
    dataDir,
    processes,
    waitForOwnershipMs: WAIT_FOR_OTHERS_MS,
    createsFirstKey: mayCreate,
    mayReadOnly: !mayCreate,
  };
}

/** A client for an instance in this process; closing it stops the instance. */
export async function connectTo(instance: Instance): Promise<Client> {
  const { createOwner } = await import('../instance/instance.ts');
  const send: Send = async (method, path, body) => {
    const headers = body === null ? {} : { 'content-type': 'application/json' };
    const request = new Request(`http://localhost/api${path}`, { method, headers, body });
    const response = await instance.fetch(request, createOwner('socket', Date.now()));
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      text: await response.text(),
    };
  };
  return createClient(send, false, () => instance.stop());
}

interface CallOptions extends PathValues {
  body?: object;
}

function createClient(send: Send, isRemote: boolean, close: () => Promise<void>): Client {
  const createCall = <M extends Method>(method: M): Call<M> => {
    const call = async (path: string, { body, ...values }: CallOptions = {}): Promise<unknown> => {
      const payload = body === undefined ? null : JSON.stringify(body);
      const reply = await send(method.toUpperCase(), formatPath(path, values), payload).catch((error) => {
        throw isHangUp(error) ? instanceGone() : error;
      });
      if (reply.status === 404) throw (await nameMissing(send, body, values)) ?? toCommandError(reply.text);
      if (reply.status >= 400) throw toCommandError(reply.text);
      if (reply.status === 204) return undefined;
      return reply.contentType.startsWith('application/json') ? JSON.parse(reply.text) : reply.text;
    };
    // The only place that trusts a response to have the documented type.
    return call as unknown as Call<M>;
  };
  return {
    isRemote,
    get: createCall('get'),
    post: createCall('post'),
    put: createCall('put'),
    patch: createCall('patch'),
    delete: createCall('delete'),
    close,
  };
}

/** Of a project, environment or variable that is not there: the API says neither what was asked for nor what there is. */
async function nameMissing(
  send: Send,
  body: object | undefined,
  { path, query }: PathValues,
): Promise<CommandError | null> {
  const named = readNamed(path, query, body as Record<string, unknown> | undefined);
  if (named === null) return null;
  const lookUp: LookUp = async (address) => {
    const { status, text } = await send('GET', address, null);
    return status < 300 ? JSON.parse(text) : null;
  };
  // What is said of it first is not lost by a second question that fails.
  return await findMissing(lookUp, named).catch(() => null);
}

/** Socket errors when the other side closed the connection or is gone. */
const hangUpCodes = ['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ENOENT', 'EPIPE'];

function isHangUp(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // For a missing file this process gets another error code.
  return hangUpCodes.includes(code ?? '') && (code !== 'ENOENT' || syscall === 'connect');
}

export function instanceGone(): CommandError {
  return new CommandError(
    'instance_gone',
    'The instance stopped before it responded; the request may or may not have been carried out. Check with temps-desktop status.',
  );
}

/** Of a problem that the API answered. */
export function toCommandError(text: string): CommandError {
  try {
    const problem = JSON.parse(text) as Partial<Schemas['Problem']>;
    return new CommandError(
      problem.error_code ?? 'internal_error',
      problem.detail ?? 'The instance failed.',
      problem.errors,
      problem.details,
    );
  } catch {
    return new CommandError('internal_error', 'The instance sent an invalid response.');
  }
}

/**
 * Only node:http, so that a command for a running instance starts fast. Not by import, which asks the module for all that it
 * exports, and so loads WebSocket and fetch: as much time again as Node takes to start.
 */
function sendOver(socketPath: string): Send {
  const { request: httpRequest } = process.getBuiltinModule('node:http');
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers =
        body === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const request = httpRequest(
        { socketPath, method, path: `/api${path}`, headers: { host: 'localhost', ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 500,
              contentType: response.headers['content-type'] ?? '',
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
}
