import { resolve } from 'node:path';
import type { Body, Schemas } from '../api-request.ts';
import { readBucketPlace, readCredentials } from '../backup/bucket-input.ts';
import { type Client, findRunning } from '../client.ts';
import { findText, type Invocation } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { readVerifiable, sendCopy } from '../key/key-input.ts';
import { readStdinLine } from '../prompt.ts';
import type { ShownOutcome, ShownRestore } from './restore-words.ts';

/** An instance that ends its work, exchanges the database and opens its doors takes seconds; a slow disk more. */
const PATIENCE_MS = 120_000;
const ASK_AGAIN_MS = 200;

type Given = { method: 'words'; words: string } | { method: 'path'; path: string; passphrase?: string };
type Store = NonNullable<Body<'/backups/restores', 'post'>['store']>;
type Preparing = ({ path: string } | { store: Store }) & { copy?: Given; passphrase?: string };

/** Restores through a running instance, which stops what it does, exchanges its database and starts again. */
export async function restoreThroughInstance(
  client: Client,
  invocation: Invocation,
  from: string,
  describe: (shown: ShownRestore) => string,
): Promise<{ shown: ShownRestore; outcome: ShownOutcome }> {
  const key = findText(invocation, 'key');
  const given = key === undefined ? {} : { copy: await readCopy(invocation, key) };
  const place = from.startsWith('s3://')
    ? { store: await readStore(invocation, from) }
    : { path: resolve(from) };
  const prepared = await prepare(client, { ...place, ...given });
  try {
    await confirmLoss(invocation, { said: describe(prepared), act: 'restore it', done: 'restored' });
  } catch (error) {
    await client.delete('/backups/restores/{id}', { path: { id: prepared.id } });
    throw error;
  }
  const { id } = await client.post('/backups/restores/{id}/apply', { path: { id: prepared.id } });
  const outcome = await awaitOutcome(invocation, id);
  return { shown: prepared, outcome };
}

async function readStore(invocation: Invocation, from: string): Promise<Store> {
  const { isPathStyle, endpoint, region, bucket, prefix } = readBucketPlace(invocation, from);
  const { accessKeyId, secretAccessKey } = await readCredentials(invocation);
  return {
    bucket,
    prefix,
    path_style: isPathStyle,
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  };
}

async function readCopy({ values }: Invocation, key: string): Promise<Given> {
  const given = await readVerifiable(key, 'Words, key or identity: ');
  if ('text' in given) return { method: 'words', words: given.text };
  const passphrase = values['passphrase-stdin'] ? { passphrase: await readStdinLine() } : {};
  return { method: 'path', path: given.path, ...passphrase };
}

/** Asks for the passphrase of a copy, or of the custody here, where one is needed and there is a terminal. */
async function prepare(client: Client, request: Preparing): Promise<Schemas['PreparedRestore']> {
  const send = (body: Preparing) => client.post('/backups/restores', { body });
  const { copy } = request;
  return copy === undefined
    ? await sendCopy(request, send)
    : await sendCopy(copy, (handed) => send({ ...request, copy: handed }));
}

/** Puts the database of before the last restore back, or the one that is named. */
export async function undoThroughInstance(
  client: Client,
  invocation: Invocation,
  name: string | undefined,
): Promise<ShownOutcome> {
  const { id } =
    name === undefined
      ? await client.post('/backups/restores/undo')
      : await client.post('/backups/former-databases/{name}/restore', { path: { name } });
  return await awaitOutcome(invocation, id);
}

/** Over new connections: the doors close and open again. */
async function awaitOutcome({ dataDir }: Invocation, id: string): Promise<ShownOutcome> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const found = await askOutcome(dataDir, id);
    if (found?.state === 'failed') throw new CommandError('conflict', found.said.join(' '));
    if (found?.state === 'done') return await describeDone(found.client, found.said);
    await new Promise((next) => setTimeout(next, ASK_AGAIN_MS));
  }
  throw new CommandError(
    'instance_gone',
    'The instance does not answer yet. What came of it: temps-desktop status.',
  );
}

/** Null while it does not answer: it stops, or starts again. */
async function askOutcome(
  dataDir: string,
  id: string,
): Promise<(Schemas['RestoreOutcome'] & { client: Client }) | null> {
  try {
    const client = await findRunning(dataDir);
    if (!client) return null;
    return { ...(await client.get('/backups/restores/{id}/outcome', { path: { id } })), client };
  } catch (error) {
    if (error instanceof CommandError && error.code === 'instance_gone') return null;
    throw error;
  }
}

async function describeDone(client: Client, notes: readonly string[]): Promise<ShownOutcome> {
  const { former_databases } = await client.get('/backups/restored');
  const replaced = former_databases.find(({ why }) => why === 'restore');
  return { former: replaced?.name ?? null, notes };
}
