import { AppError, hasCode } from '../../../kernel/app-error.ts';
import type { ProcessHost } from '../../../kernel/process-hosts.ts';
import {
  askOnce,
  type NoteProgress,
  type ProcessFailure,
  type Program,
  programFile,
} from '../../../kernel/processes.ts';
import { createQueue } from '../../../kernel/queue.ts';
import { formatKeyText, parseKeyText } from '../../sealing/master-key.ts';
import { SecretText } from '../../secret-text.ts';
import { type CopyFormat, copyFormats } from '../../vocabulary.ts';
import type { CopyReading, ReadKey } from '../key-copy.ts';
import { MAX_IDENTITIES, X25519_IDENTITY } from './identity-reading.ts';

/**
 * Copies are files of other programs, and anyone may hand one over: containers with work factors, compression and
 * markup of their own. They are read in a process of their own, one at a time, with limits of memory and time; what
 * becomes of that process is an answer, and nothing it does blocks or ends this one.
 *
 * SECURITY: the copy and the keys in it go through the process's pipes only, and every copy gets a new process.
 */
export interface CopyReader {
  /**
   * Throws `too_many_attempts` when too many copies wait. Everything else is a reading.
   *
   * @param onProgress told while a KeePass file is decrypted.
   */
  read(bytes: Uint8Array, passphrase?: SecretText, onProgress?: NoteProgress): Promise<CopyReading>;
}

/** What goes to the process: the copy in base64. */
export interface CopyMessage {
  bytes: string;
  passphrase: string | null;
}

/** What comes back: a reading whose keys are 64 hex digits, and whose identities are text. */
export type SentReading = Exclude<CopyReading, { outcome: 'keys' | 'unusable' }> | SentKeys | SentUnusable;
type Unusable = Extract<CopyReading, { outcome: 'unusable' }>;
type SentUnusable = Omit<Unusable, 'identities'> & { identities?: string[] };
interface SentKeys {
  outcome: 'keys';
  format: CopyFormat;
  keys: SentKey[];
}
type SentKey = Omit<ReadKey, 'key'> & { key: string };

/** No copy is this large; larger input is not read. */
export const MAX_COPY_BYTES = 1024 * 1024;
/** One container may hold the copies of several keys. */
export const MAX_KEYS = 100;
/** Copies that may wait while one is read. */
const MAX_WAITING = 4;
/**
 * The most that a file may ask for, 256 MiB and 64 passes of Argon2, takes 135 seconds on a server of 2024, and what
 * KeePass programs choose by themselves a few.
 */
const TIMEOUT_MS = 180_000;
/** What most of those that wait take together. */
const RETRY_AFTER_S = 30;

export const copyReaderProgram: Program<CopyMessage, SentReading> = {
  name: 'copy reader',
  file: programFile(import.meta, 'copy-reader-process'),
  timeoutMs: TIMEOUT_MS,
  // What unpacks to the limits of every format takes half of it.
  heapMib: 384,
  parseRequest(message) {
    const { bytes, passphrase } = message as Record<string, unknown>;
    if (typeof bytes !== 'string') throw new TypeError('no bytes');
    if (passphrase !== null && typeof passphrase !== 'string') throw new TypeError('no passphrase');
    return { bytes, passphrase };
  },
  parseAnswer,
};

export function createCopyReader(processes: ProcessHost, program = copyReaderProgram): CopyReader {
  const oneAtATime = createQueue({
    maxWaiting: MAX_WAITING,
    refuse: () =>
      new AppError('too_many_attempts', 'Several copies are being read. Try again in a moment.', {
        details: { retry_after_s: RETRY_AFTER_S },
      }),
  });

  async function readNow(
    bytes: Uint8Array,
    passphrase: SecretText | undefined,
    onProgress: NoteProgress | undefined,
  ): Promise<CopyReading> {
    try {
      const message = {
        bytes: Buffer.from(bytes).toString('base64'),
        passphrase: passphrase?.reveal() ?? null,
      };
      return toReading(await askOnce(processes, program, message, { onProgress }));
    } catch (error) {
      if (!hasCode(error, 'process_failed')) throw error;
      return { outcome: 'unusable', format: null, because: explainFailure(error) };
    }
  }

  return {
    async read(bytes, passphrase, onProgress) {
      if (bytes.length === 0 || bytes.length > MAX_COPY_BYTES) return wrongSize;
      return await oneAtATime(() => readNow(bytes, passphrase, onProgress));
    },
  };
}

const wrongSize: CopyReading = {
  outcome: 'damaged',
  format: null,
  detail: 'This is not a copy of a key: its size is wrong.',
};

const failures: Partial<Record<ProcessFailure, string>> = {
  crashed: 'reading it failed: it may need more memory than it is given',
  timed_out: `reading it takes longer than ${TIMEOUT_MS / 1000} seconds`,
};

function explainFailure({ details }: AppError): string {
  return failures[details?.reason as ProcessFailure] ?? 'the process that reads it did not respond properly';
}

export function toSent(reading: CopyReading): SentReading {
  if (reading.outcome === 'unusable') {
    const { identities, ...sent } = reading;
    return identities ? { ...sent, identities: identities.map((each) => each.reveal()) } : sent;
  }
  if (reading.outcome !== 'keys') return reading;
  return { ...reading, keys: reading.keys.map((read) => ({ ...read, key: formatKeyText(read.key) })) };
}

function toReading(sent: SentReading): CopyReading {
  if (sent.outcome === 'unusable') {
    const { identities, ...reading } = sent;
    return identities ? { ...reading, identities: identities.map((each) => new SecretText(each)) } : reading;
  }
  if (sent.outcome !== 'keys') return sent;
  return { ...sent, keys: sent.keys.map((read) => ({ ...read, key: requireKey(read.key) })) };
}

function requireKey(text: string) {
  const key = parseKeyText(text);
  if (!key) throw new TypeError('no key');
  return key;
}

/**
 * SECURITY: a process that a file took control of says what it likes. What is taken over has the right shape, and the
 * worst of it is another key, which every caller compares with the recorded ones.
 */
function parseAnswer(message: unknown): SentReading {
  const { outcome, format, keys, problems, checksumFails, detail, because, share, identities } =
    message as Record<string, unknown>;
  switch (outcome) {
    case 'keys':
      return { outcome, format: parseFormat(format), keys: parseList(keys, 1, MAX_KEYS).map(parseKey) };
    case 'passphrase_required':
    case 'passphrase_wrong':
      return { outcome, format: parseFormat(format) };
    case 'words_invalid':
      return {
        outcome,
        problems: parseList(problems, 0, 100).map(parseProblem),
        checksumFails: checksumFails === true,
      };
    case 'damaged':
      return { outcome, format: format === null ? null : parseFormat(format), detail: parseText(detail) };
    case 'unusable':
      return {
        outcome,
        format: format === null ? null : parseFormat(format),
        because: parseText(because),
        ...(share === undefined ? {} : { share: parseText(share) }),
        ...(identities === undefined
          ? {}
          : { identities: parseList(identities, 1, MAX_IDENTITIES).map(parseIdentity) }),
      };
    default:
      throw new TypeError('no outcome');
  }
}

function parseKey(message: unknown): SentKey {
  const { key, instanceId, epoch } = message as Record<string, unknown>;
  if (typeof key !== 'string' || !parseKeyText(key)) throw new TypeError('no key');
  if (epoch !== null && typeof epoch !== 'number') throw new TypeError('no key version');
  return { key, instanceId: instanceId === null ? null : parseText(instanceId), epoch };
}

function parseProblem(message: unknown) {
  const { position, word, nearest } = message as Record<string, unknown>;
  if (typeof position !== 'number') throw new TypeError('no position');
  return { position, word: parseText(word), nearest: parseList(nearest, 0, 10).map(parseText) };
}

function parseIdentity(text: unknown): string {
  if (typeof text !== 'string' || !X25519_IDENTITY.test(text)) throw new TypeError('no identity');
  return text;
}

function parseFormat(format: unknown): CopyFormat {
  const known = copyFormats.find((name) => name === format);
  if (!known) throw new TypeError('no format');
  return known;
}

function parseList(list: unknown, shortest: number, longest: number): unknown[] {
  if (!Array.isArray(list) || list.length < shortest || list.length > longest) throw new TypeError('no list');
  return list;
}

/** The longest text is a word of someone's that was never one: at most a mebibyte of letters, cut to this. */
const MAX_TEXT = 1000;

function parseText(text: unknown): string {
  if (typeof text !== 'string') throw new TypeError('no text');
  return text.slice(0, MAX_TEXT);
}
