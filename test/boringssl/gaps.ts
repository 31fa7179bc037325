import childProcess, { type SpawnOptions } from 'node:child_process';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';
import has from './gaps.json' with { type: 'json' };

/**
 * `node --import …/boringssl/gaps.ts program`: takes from node:crypto what it lacks where it is built with BoringSSL, as
 * Electron's is, and throws what is thrown there. What the program starts with this Node, and its threads, have the same.
 */

type Function = (...args: never[]) => unknown;

function refuse(code: string, message: string): never {
  throw Object.assign(new Error(message), { code });
}

function requireOne(names: readonly string[], name: unknown, code: string, message: string): void {
  if (typeof name === 'string' && !names.includes(name.toLowerCase())) refuse(code, message);
}

const requireCipher = (name: unknown) =>
  requireOne(has.ciphers, name, 'ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher');
const requireHash = (name: unknown) =>
  requireOne(has.hashes, name, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${name}`);

function requireKeyType(type: unknown, options: unknown): void {
  requireOne(has.keyTypes, type, 'ERR_OSSL_UNSUPPORTED_ALGORITHM', 'unsupported algorithm');
  if (type === 'ec') requireCurve((options as { namedCurve?: unknown }).namedCurve);
}

/** Names of NIST beside those of SECG. */
const NIST = ['p-224', 'p-256', 'p-384', 'p-521'];
const requireCurve = (name: unknown) =>
  requireOne([...has.curves, ...NIST], name, 'ERR_OSSL_UNKNOWN_GROUP', 'unknown group');
const noArgon2 = () => refuse('ERR_CRYPTO_ARGON2_NOT_SUPPORTED', 'Argon2 algorithm not supported');

/** What is looked at before each function: which of its arguments names what may be lacking. */
const checks: Record<string, (...args: unknown[]) => void> = {
  createCipheriv: requireCipher,
  createDecipheriv: requireCipher,
  createHash: requireHash,
  createHmac: requireHash,
  hash: requireHash,
  hkdf: requireHash,
  hkdfSync: requireHash,
  pbkdf2: (_password, _salt, _iterations, _length, digest) => requireHash(digest),
  pbkdf2Sync: (_password, _salt, _iterations, _length, digest) => requireHash(digest),
  generateKeyPair: requireKeyType,
  generateKeyPairSync: requireKeyType,
  createECDH: requireCurve,
  argon2: noArgon2,
  argon2Sync: noArgon2,
};
const functions = crypto as unknown as Record<string, Function>;
for (const [name, check] of Object.entries(checks)) {
  const whole = functions[name] as (...args: unknown[]) => unknown;
  functions[name] = (...args: unknown[]) => {
    check(...args);
    return whole(...args);
  };
}
functions.getCiphers = () => has.ciphers;
functions.getHashes = () => has.hashes;
functions.getCurves = () => has.curves;

const preload = ['--import', import.meta.url];
const { spawn } = childProcess;
childProcess.spawn = ((command: string, args: readonly string[] = [], options: SpawnOptions = {}) =>
  spawn(command, command === process.execPath ? [...preload, ...args] : args, options)) as typeof spawn;
const { Worker } = workerThreads;
workerThreads.Worker = class extends Worker {
  constructor(file: string | URL, options: WorkerOptions = {}) {
    super(file, { ...options, execArgv: [...(options.execArgv ?? []), ...preload] });
  }
};
syncBuiltinESMExports();
