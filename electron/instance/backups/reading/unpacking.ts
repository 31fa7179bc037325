import type { ProcessHost } from '../../kernel/process-hosts.ts';
import { type ProcessForOne, type Program, programFile, startOnce } from '../../kernel/processes.ts';

/** Stored parts, to be decrypted and unpacked. */
export interface UnpackingRequest {
  parts: PartToUnpack[];
}

export interface PartToUnpack {
  from: string;
  /** A new file. */
  to: string;
  /** Exactly so many bytes come of it: one that has more is not unpacked further. */
  unpackedBytes: number;
  /** Of an age file, see format/age-stream.ts: the key in hex. Null for a part that is not encrypted. */
  encryption: { headerBytes: number; fileKey: string } | null;
}

export const unpackingFailures = ['decryption', 'unpacking', 'disk_full', 'disk_failed'] as const;
export type UnpackingFailure = (typeof unpackingFailures)[number];

export type Unpacking =
  /** SHA-256 of each unpacked part, in hex. */
  { outcome: 'unpacked'; sha256: string[] } | { outcome: 'failed'; because: UnpackingFailure };

const program: Program<UnpackingRequest, Unpacking> = {
  name: 'backup unpacking',
  file: programFile(import.meta, 'unpacking-process'),
  timeoutMs: 60_000,
  // Streams: what it holds at once does not depend on the size of a part.
  heapMib: 256,
  parseRequest(message) {
    const { parts } = message as UnpackingRequest;
    if (!Array.isArray(parts)) throw new TypeError('no parts');
    return { parts };
  },
  parseAnswer(message) {
    const { outcome, sha256, because } = message as Record<string, unknown>;
    const failure = unpackingFailures.find((name) => name === because);
    if (outcome === 'failed' && failure) return { outcome, because: failure };
    const isHash = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
    if (outcome !== 'unpacked' || !Array.isArray(sha256) || !sha256.every(isHash))
      throw new TypeError('no outcome');
    return { outcome, sha256 };
  },
};

/** Far more than the slowest disk takes; a process that hangs ends. */
const MS_PER_MIB = 1000;
const MIB = 1024 * 1024;

export type Unpacker = ProcessForOne<UnpackingRequest, Unpacking>;

/**
 * Starts a process that decrypts and unpacks parts which were stored elsewhere. SECURITY: it gets the keys of these files at
 * most, by its pipe, and what it reads is not looked into by it. Throws `process_failed`.
 */
export function startUnpacker(processes: ProcessHost): Unpacker {
  return startOnce(processes, program);
}

/** Throws `process_failed`. */
export async function unpackParts(
  unpacker: Unpacker,
  parts: PartToUnpack[],
  signal: AbortSignal,
): Promise<Unpacking> {
  const bytes = parts.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  const timeoutMs = program.timeoutMs + (bytes / MIB) * MS_PER_MIB;
  return await unpacker.ask({ parts }, { signal, timeoutMs });
}

/** For the process. */
export { program as unpackingProgram };
