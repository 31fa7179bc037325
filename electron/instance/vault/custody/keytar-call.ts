import { spawn } from 'node:child_process';
import { extname, join } from 'node:path';

/** One call of keytar's. */
export type KeytarRequest =
  | { call: 'get' | 'delete'; service: string; account: string }
  | { call: 'set'; service: string; account: string; password: string };

export type KeytarAnswer = { value: string | boolean | null } | { error: string };

interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}
/** An optional dependency that may not have built: hence no import of its types. */
const KEYTAR_MODULE: string = 'keytar';
/** A keychain that asks its user something may never answer: nothing here waits longer. */
const TIMEOUT_MS = 15_000;

/** Beside this file, with the ending this one has: the desktop's package holds JavaScript. */
export const keytarProcessFile = join(import.meta.dirname, `keytar-process${extname(import.meta.filename)}`);
/** Asks one request in a process of its own; given what to wait for at most. */
export type AskKeytarProcess = (request: KeytarRequest, timeoutMs: number) => Promise<KeytarAnswer>;

let askProcess: AskKeytarProcess = askChild;

/** In Electron a process of Node's is started otherwise than by the program's own path. */
export function setKeytarProcess(ask: AskKeytarProcess): void {
  askProcess = ask;
}

export class KeytarMissingError extends Error {}

/**
 * Calls keytar. On Linux in a process of its own for each call: libsecret keeps one session for the life of a
 * process, which dies with a restarted keyring daemon and never comes back; and a call that hangs on a prompt
 * can be ended. SECURITY: request and answer go through pipes, never through arguments or the environment.
 *
 * Throws KeytarMissingError when the module is not there, an Error with the keychain's own words otherwise.
 */
export async function callKeytar(request: KeytarRequest): Promise<string | boolean | null> {
  const answer =
    process.platform === 'linux'
      ? await askProcess(request, TIMEOUT_MS)
      : await withTimeout(performKeytarCall(request));
  if (!('error' in answer)) return answer.value;
  if (answer.error === KEYTAR_MODULE) throw new KeytarMissingError('keytar is not installed');
  throw new Error(answer.error);
}

function askChild(request: KeytarRequest, timeoutMs: number): Promise<KeytarAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [keytarProcessFile], { stdio: ['pipe', 'pipe', 'ignore'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on('error', () => undefined);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as KeytarAnswer);
      else reject(new Error(`the keychain did not answer (${signal ?? code})`));
    });
    child.stdin.end(JSON.stringify(request));
  });
}

/** Only in a process that may hang: see `callKeytar`. */
export async function performKeytarCall(request: KeytarRequest): Promise<KeytarAnswer> {
  let keytar: Keytar;
  try {
    const loaded = (await import(KEYTAR_MODULE)) as Keytar & { default?: Keytar };
    keytar = loaded.default ?? loaded;
  } catch {
    return { error: KEYTAR_MODULE };
  }
  const { service, account } = request;
  try {
    if (request.call === 'set') {
      await keytar.setPassword(service, account, request.password);
      return { value: null };
    }
    const isGet = request.call === 'get';
    return {
      value: await (isGet ? keytar.getPassword(service, account) : keytar.deletePassword(service, account)),
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'refused' };
  }
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the keychain did not answer')), TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
