import type { ProcessHost } from '../../kernel/process-hosts.ts';
import { askOnce, createProcessClient, type Program, programFile } from '../../kernel/processes.ts';
import { KeyBox } from '../sealing/key-box.ts';

/** One call of keytar's. The password is in a buffer that the caller wipes. */
export type KeytarCall =
  | { call: 'get' | 'delete'; service: string; account: string }
  | { call: 'set'; service: string; account: string; password: Uint8Array };

/** What the process is asked: passwords are in boxes, which only the two of them can open. */
export type KeytarRequest =
  | { call: 'meet' }
  | { call: 'get'; service: string; account: string; publicKey: string }
  | { call: 'set'; service: string; account: string; publicKey: string; box: string }
  | { call: 'delete'; service: string; account: string };

export type KeytarAnswer =
  | { publicKey: string }
  | { publicKey: string; box: string }
  | { value: boolean | null }
  | { error: string };

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
    const { call, service, account, publicKey, box } = message as Record<string, unknown>;
    if (call === 'meet') return { call };
    if (typeof service !== 'string' || typeof account !== 'string') throw new TypeError('no entry');
    if (call === 'delete') return { call, service, account };
    if (typeof publicKey !== 'string') throw new TypeError('no one to answer to');
    if (call === 'set' && typeof box === 'string') return { call, service, account, publicKey, box };
    if (call === 'get') return { call, service, account, publicKey };
    throw new TypeError('no call');
  },
  parseAnswer(message) {
    const { value, error, publicKey, box } = message as Record<string, unknown>;
    if (typeof error === 'string') return { error };
    if (typeof publicKey === 'string' && typeof box === 'string') return { publicKey, box };
    if (typeof publicKey === 'string' && box === undefined) return { publicKey };
    if (typeof value === 'boolean' || value === null) return { value };
    throw new TypeError('no answer');
  },
};

export class KeytarMissingError extends Error {}

/**
 * Calls keytar, in a process of its own for each call: one that hangs on a prompt can be ended, and holds no thread of
 * this process. On Linux libsecret also keeps one session for the life of a process, which dies with a restarted keyring
 * daemon and never comes back; on macOS an entry belongs to the program that created it, here always that one.
 *
 * SECURITY: keytar speaks JavaScript strings, which cannot be wiped: they end with that process. What is returned is the
 * caller's, to be wiped.
 *
 * Throws KeytarMissingError when the module is not there, an Error with the keychain's own words otherwise.
 */
export async function callKeytar(
  processes: ProcessHost,
  request: KeytarCall,
): Promise<Buffer | boolean | null> {
  const ours = new KeyBox();
  if (request.call !== 'set') {
    const given = request.call === 'get' ? { ...request, publicKey: ours.publicKey } : request;
    const answer = requireAnswer(await askOnce(processes, keytarProgram, given as KeytarRequest));
    if ('value' in answer) return answer.value;
    if ('box' in answer) return ours.open(answer.box, answer.publicKey);
    throw new Error('the keychain process gave no entry');
  }
  const client = createProcessClient(processes, keytarProgram);
  try {
    const met = requireAnswer(await client.ask({ call: 'meet' }));
    if (!('publicKey' in met)) throw new Error('the keychain process gave no key');
    const box = ours.close(request.password, met.publicKey);
    const { call, service, account } = request;
    requireAnswer(await client.ask({ call, service, account, publicKey: ours.publicKey, box }));
    return null;
  } finally {
    await client.stop();
  }
}

function requireAnswer(answer: KeytarAnswer): Exclude<KeytarAnswer, { error: string }> {
  if (!('error' in answer)) return answer;
  if (answer.error === KEYTAR_MODULE) throw new KeytarMissingError('keytar is not installed');
  throw new Error(answer.error);
}

let ownBox: KeyBox | undefined;

/** In the process of its own. */
export async function answerKeytarRequest(request: KeytarRequest): Promise<KeytarAnswer> {
  ownBox ??= new KeyBox();
  const { publicKey } = ownBox;
  if (request.call === 'meet') return { publicKey };
  try {
    if (request.call === 'set') {
      const password = ownBox.open(request.box, request.publicKey);
      await callKeytarHere({ ...request, password });
      return { value: null };
    }
    const value = await callKeytarHere(request);
    if (typeof value === 'boolean' || value === null) return { value };
    return { publicKey, box: ownBox.close(value, (request as { publicKey: string }).publicKey) };
  } catch (error) {
    if (error instanceof KeytarMissingError) return { error: KEYTAR_MODULE };
    return { error: error instanceof Error ? error.message : 'refused' };
  }
}

/** Only in a process that may hang: see `callKeytar`. */
async function callKeytarHere(request: KeytarCall): Promise<Buffer | boolean | null> {
  const keytar = await loadKeytar();
  const { service, account } = request;
  if (request.call === 'delete') return await keytar.deletePassword(service, account);
  if (request.call === 'set') {
    await keytar.setPassword(service, account, Buffer.from(request.password).toString('utf8'));
    return null;
  }
  const text = await keytar.getPassword(service, account);
  return text === null ? null : Buffer.from(text, 'utf8');
}

async function loadKeytar(): Promise<Keytar> {
  try {
    const loaded = (await import(KEYTAR_MODULE)) as Keytar & { default?: Keytar };
    return loaded.default ?? loaded;
  } catch {
    throw new KeytarMissingError('keytar is not installed');
  }
}
