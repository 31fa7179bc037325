import { existsSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { CommandError } from './command-error.ts';

/** How long a command waits for another short one to be done with the data directory. */
const WAIT_FOR_OTHERS_MS = 5000;

export interface Client {
  /** True when an instance is running and answers; false when this process opened the data directory itself. */
  readonly isRemote: boolean;
  /** Calls the API as the owner. Throws CommandError with the problem's code. */
  call<T>(method: string, path: string, body?: object): Promise<T>;
  /** As call, for answers that are text. */
  callText(method: string, path: string): Promise<string>;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  text: string;
}
type Send = (method: string, path: string, body: string | null) => Promise<Answer>;

/**
 * Reaches the instance of a data directory: over its socket when it runs, else by opening the directory.
 *
 * @param mayCreate whether a directory without an instance may become one.
 */
export async function connect(dataDir: string, mayCreate: boolean): Promise<Client> {
  const path = findSocket(dataDir);
  if (path !== null) {
    const send = sendOver(path);
    try {
      await send('GET', '/auth/email-status', null);
      return createClient(send, true, async () => undefined);
    } catch (error) {
      // The file of an instance that was killed: nobody listens.
      if (!['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  if (!mayCreate && !existsSync(join(dataDir, 'temps.db'))) {
    throw new CommandError(
      'not_found',
      `There is no instance in ${dataDir}. Start one with: temps-desktop serve`,
    );
  }
  return await openInProcess(dataDir);
}

async function openInProcess(dataDir: string): Promise<Client> {
  const { openInstance } = await import('../instance/instance.ts');
  const { createOwner } = await import('../instance/doors/socket-door.ts');
  const instance = await openInstance({ dataDir, waitForOwnershipMs: WAIT_FOR_OTHERS_MS });
  const send: Send = async (method, path, body) => {
    const headers = body === null ? {} : { 'content-type': 'application/json' };
    const request = new Request(`http://localhost/api${path}`, { method, headers, body });
    const response = await instance.fetch(request, createOwner('socket', Date.now()));
    return { status: response.status, text: await response.text() };
  };
  return createClient(send, false, () => instance.stop());
}

function createClient(send: Send, isRemote: boolean, close: () => Promise<void>): Client {
  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const payload = body === undefined ? null : JSON.stringify(body);
    const { status, text } = await send(method, path, payload).catch((error) => {
      throw isHangUp(error) ? instanceGone() : error;
    });
    if (status >= 400) throw toCommandError(text);
    return text;
  };
  return {
    isRemote,
    async call<T>(method: string, path: string, body?: object): Promise<T> {
      const text = await ask(method, path, body);
      return (text === '' ? null : JSON.parse(text)) as T;
    },
    callText: ask,
    close,
  };
}

/** What a socket says when the other side went away in the middle, or is not there any more. */
const hangUpCodes = ['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ENOENT', 'EPIPE'];

function isHangUp(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Of a file that is missing this process itself is told with another call.
  return hangUpCodes.includes(code ?? '') && (code !== 'ENOENT' || syscall === 'connect');
}

function instanceGone(): CommandError {
  return new CommandError(
    'instance_gone',
    'The instance stopped before it had answered: what was asked may have been done, or not. See temps-desktop status.',
  );
}

function toCommandError(text: string): CommandError {
  try {
    const problem = JSON.parse(text) as {
      error_code?: string;
      detail?: string;
      errors?: Record<string, string>;
      details?: Record<string, unknown>;
    };
    return new CommandError(
      problem.error_code ?? 'internal_error',
      problem.detail ?? 'The instance failed.',
      problem.errors,
      problem.details,
    );
  } catch {
    return new CommandError('internal_error', 'The instance gave an answer that makes no sense.');
  }
}

/** node:http alone, so that a command with a running instance starts as fast as it can. */
function sendOver(socketPath: string): Send {
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
            resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString('utf8') }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
}

/** As http/socket-door.ts writes it; kept apart so that nothing of the instance is loaded. */
function findSocket(dataDir: string): string | null {
  const pointer = join(dataDir, 'temps.sock.path');
  const path = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(dataDir, 'temps.sock');
  return existsSync(path) ? path : null;
}
