import type { ProcessHost } from '../../kernel/process-hosts.ts';
import { askOnce, type Program, programFile } from '../../kernel/processes.ts';

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
/** A keychain that prompts its user may never respond: longest wait. */
const TIMEOUT_MS = 15_000;

export const keytarProgram: Program<KeytarRequest, KeytarAnswer> = {
  name: 'keychain',
  file: programFile(import.meta, 'keytar-process'),
  timeoutMs: TIMEOUT_MS,
  parseRequest(message) {
    const { call, service, account, password } = message as Record<string, unknown>;
    if (typeof service !== 'string' || typeof account !== 'string') throw new TypeError('no entry');
    if (call === 'set' && typeof password === 'string') return { call, service, account, password };
    if (call === 'get' || call === 'delete') return { call, service, account };
    throw new TypeError('no call');
  },
  parseAnswer(message) {
    const { value, error } = message as Record<string, unknown>;
    if (typeof error === 'string') return { error };
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { value };
    throw new TypeError('no answer');
  },
};

export class KeytarMissingError extends Error {}

/**
 * Calls keytar. On Linux in a process of its own for each call: libsecret keeps one session for the life of a
 * process, which dies with a restarted keyring daemon and never comes back; and a call that hangs on a prompt
 * can be ended. Elsewhere in this process: macOS asks its user anew for every other program that wants an entry.
 *
 * Throws KeytarMissingError when the module is not there, an Error with the keychain's own words otherwise.
 */
export async function callKeytar(
  processes: ProcessHost,
  request: KeytarRequest,
): Promise<string | boolean | null> {
  const answer =
    process.platform === 'linux'
      ? await askOnce(processes, keytarProgram, request)
      : await withTimeout(performKeytarCall(request));
  if (!('error' in answer)) return answer.value;
  if (answer.error === KEYTAR_MODULE) throw new KeytarMissingError('keytar is not installed');
  throw new Error(answer.error);
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
    timer = setTimeout(() => reject(new Error('the keychain did not respond')), TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
