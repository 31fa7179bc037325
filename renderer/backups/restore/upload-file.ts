import { ConnectionLost } from '../../api/problem.ts';

/** Half of what one request may have: on a slow line, too, a piece is there before the request times out. */
const PIECE_BYTES = 1024 * 1024;
/** So often a piece is sent again, after as long a pause, when the instance did not answer. */
const TRIES = 5;
const PAUSE_MS = 1000;

/** The calls of an upload, by a person who confirmed or the holder of a set-up link. */
export interface UploadCalls {
  begin(name: string, sizeBytes: number): Promise<{ id: string }>;
  append(
    id: string,
    offset: number,
    piece: ArrayBuffer,
    signal: AbortSignal,
  ): Promise<{ received_bytes: number }>;
  drop(id: string): Promise<unknown>;
}

/**
 * Sends a file in pieces, each read when its turn comes: no more of it is in memory. Nothing of it stays in the instance if it
 * does not come to its end. Returns the upload's id; throws `ApiProblem`, `ConnectionLost`, the signal's reason, and an error
 * in words for a file that cannot be read.
 */
export async function uploadFile(
  calls: UploadCalls,
  file: File,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<string> {
  if (file.size === 0) throw new Error(`${file.name} is empty.`);
  const { id } = await calls.begin(file.name, file.size);
  try {
    for (let at = 0; at < file.size; ) {
      onProgress(at);
      const piece = await readPiece(file, at);
      ({ received_bytes: at } = await sendPiece(calls, id, at, piece, signal));
    }
    signal.throwIfAborted();
    return id;
  } catch (error) {
    void calls.drop(id).catch(() => undefined);
    throw error;
  }
}

async function readPiece(file: File, at: number): Promise<ArrayBuffer> {
  try {
    return await file.slice(at, at + PIECE_BYTES).arrayBuffer();
  } catch (cause) {
    throw new Error(`${file.name} cannot be read any more: it was moved or changed. Choose it again.`, {
      cause,
    });
  }
}

/** A piece whose answer was lost may be there: the instance takes it twice. */
async function sendPiece(
  calls: UploadCalls,
  id: string,
  at: number,
  piece: ArrayBuffer,
  signal: AbortSignal,
): Promise<{ received_bytes: number }> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await calls.append(id, at, piece, signal);
    } catch (error) {
      if (!(error instanceof ConnectionLost) || tries === TRIES) throw error;
      await new Promise((next) => setTimeout(next, PAUSE_MS));
    }
  }
}
