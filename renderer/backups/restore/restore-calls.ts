import { ask, askConfirmed, client } from '../../api/client.ts';
import { ConnectionLost } from '../../api/problem.ts';
import type { components } from '../../api/schema.ts';
import { type HandedCopy, toUnlockBody } from '../../key/copy-input/handed-copy.ts';
import type { UploadCalls } from './upload-file.ts';

export type Prepared = components['schemas']['PreparedRestore'];
export type Outcome = components['schemas']['RestoreOutcome'];
export type RestoreProgress = components['schemas']['RestoreProgress'];

/** The key that a backup needs, where the instance does not have it. */
export type GivenKey = { copy: HandedCopy } | { passphrase: string };
export type GivenBucket = components['schemas']['GivenBucket'];
/** SECURITY: what opens a bucket is sent once, and kept by the page that asks for it alone. */
export type From = { backup: string } | { path: string } | { store: GivenBucket } | { upload: string };

/** Who restores: a person who confirmed, or the holder of a set-up link. */
export interface RestoreCalls {
  prepare(from: From, key: GivenKey | null): Promise<Prepared>;
  apply(id: string): Promise<unknown>;
  cancel(id: string): Promise<unknown>;
  upload: UploadCalls;
  /** How far the check is; absent where nobody is signed in. */
  look?: () => Promise<RestoreProgress | null>;
}

function toKeyBody(key: GivenKey | null) {
  if (key === null) return {};
  return 'copy' in key ? { copy: toUnlockBody(key.copy) } : key;
}

/** A piece is sent as it is. */
const BYTES = { 'content-type': 'application/octet-stream' };
const asBytes = (piece: ArrayBuffer) => ({
  // The description knows bytes as text.
  body: piece as unknown as string,
  bodySerializer: () => piece,
});

export const ownerCalls: RestoreCalls = {
  prepare: (from, key) =>
    askConfirmed(() => client.POST('/backups/restores', { body: { ...from, ...toKeyBody(key) } })),
  apply: (id) =>
    askConfirmed(() => client.POST('/backups/restores/{id}/apply', { params: { path: { id } } })),
  cancel: (id) => ask(client.DELETE('/backups/restores/{id}', { params: { path: { id } } })),
  upload: {
    begin: (name, size_bytes) =>
      askConfirmed(() => client.POST('/backups/restores/uploads', { body: { name, size_bytes } })),
    append: (id, offset, piece, signal) =>
      ask(
        client.PUT('/backups/restores/uploads/{id}', {
          params: { path: { id }, query: { offset } },
          headers: BYTES,
          signal,
          ...asBytes(piece),
        }),
      ),
    drop: (id) => ask(client.DELETE('/backups/restores/uploads/{id}', { params: { path: { id } } })),
  },
  look: async () => (await ask(client.GET('/backups/restores'))).current,
};

export function setUpCalls(token: string): RestoreCalls {
  return {
    prepare: (from, key) =>
      ask(
        client.POST('/setup/restores', {
          body: { token, ...withoutList(from), ...toKeyBody(key) },
        }),
      ),
    apply: (id) =>
      ask(client.POST('/setup/restores/{id}/apply', { params: { path: { id } }, body: { token } })),
    cancel: (id) =>
      ask(client.POST('/setup/restores/{id}/cancel', { params: { path: { id } }, body: { token } })),
    upload: {
      begin: (name, size_bytes) =>
        ask(client.POST('/setup/restores/uploads', { body: { token, name, size_bytes } })),
      append: (id, offset, piece, signal) =>
        ask(
          client.PUT('/setup/restores/uploads/{id}', {
            params: { path: { id }, query: { offset }, header: { 'x-set-up-token': token } },
            headers: BYTES,
            signal,
            ...asBytes(piece),
          }),
        ),
      drop: (id) =>
        ask(
          client.POST('/setup/restores/uploads/{id}/cancel', { params: { path: { id } }, body: { token } }),
        ),
    },
  };
}

/** Where nobody is signed in there is no list. */
function withoutList(from: From) {
  return 'backup' in from ? { path: '' } : from;
}

const ASK_AGAIN_MS = 400;

/** What came of a restore, asked while the instance stops and starts again: nobody is signed in after it. */
export async function awaitOutcome(id: string, isWanted: () => boolean): Promise<Outcome | null> {
  while (isWanted()) {
    try {
      const outcome = await ask(client.GET('/backups/restores/{id}/outcome', { params: { path: { id } } }));
      if (outcome.state !== 'running') return outcome;
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
    await new Promise((next) => setTimeout(next, ASK_AGAIN_MS));
  }
  return null;
}
