import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, formatCount, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { askLine, hasTerminal } from '../prompt.ts';
import { copyOptions, makeCopy } from './key-copy-commands.ts';
import { protectedFormats, readFormat, readPassphrase, toTarget } from './key-input.ts';

const ROTATE_USAGE =
  'key rotate [--resume] (--copy-to PATH --format F | --without-copy [--yes]) | --resume | --undo';

export const rotateCommand: Command = {
  usage: ROTATE_USAGE,
  summary: 'Creates a new key and encrypts every secret with it.',
  notes:
    'The new key is copied and the copy verified first; --without-copy asks for its fingerprint instead, --yes skips that question.\nAfter an interruption, --resume continues (with --copy-to or --without-copy if the new key has no verified copy yet); --undo works until encryption with the new key starts.',
  options: {
    ...copyOptions,
    'copy-to': { type: 'string' },
    'without-copy': { type: 'boolean' },
    yes: { type: 'boolean' },
    resume: { type: 'boolean' },
    undo: { type: 'boolean' },
  },
  run: rotate,
};

async function rotate(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  const chosen = ['copy-to', 'without-copy', 'resume', 'undo'].filter((name) => values[name] !== undefined);
  const chosenCopies = chosen.filter((name) => name === 'copy-to' || name === 'without-copy');
  if (chosenCopies.length > 1 || chosen.length - chosenCopies.length > 1 || chosen.length === 0)
    throw usageError(`usage: temps-desktop ${ROTATE_USAGE}`);
  if (values.undo && chosenCopies.length > 0) throw usageError(`usage: temps-desktop ${ROTATE_USAGE}`);
  return await withClient(invocation, async (client) => {
    if (values.undo) {
      await client.post('/vault/key/rotation/undo');
      invocation.print({ state: 'undone' }, () => 'The rotation was undone; the key has not changed.');
      return exitCodes.done;
    }
    const rotation = values.resume
      ? await resumeRotation(invocation, client)
      : await beginRotation(invocation, client);
    invocation.print(
      rotation,
      () =>
        `Done: ${formatCount(rotation.total, 'value')} encrypted with ${rotation.new_fingerprint}. The old key ${rotation.old_fingerprint} stays in custody until you shred it.`,
    );
    return exitCodes.done;
  });
}

async function beginRotation(invocation: Invocation, client: Client): Promise<Schemas['KeyRotation']> {
  const { custody } = await client.get('/vault/status');
  const copy = readWantedCopy(invocation);
  const isInPassphraseCustody = custody.name === 'passphrase';
  const passphrase =
    isInPassphraseCustody || isProtected(copy) ? await readPassphrase(invocation, true) : undefined;
  await client.post('/vault/key/rotation', {
    body: { passphrase: isInPassphraseCustody ? passphrase : undefined },
  });
  try {
    await verifyNewKey(invocation, client, copy, passphrase);
  } catch (error) {
    // Nothing is encrypted with the new key yet: undo, so that a failed copy leaves no half-done rotation.
    await client.post('/vault/key/rotation/undo');
    throw error;
  }
  return requireRotation(await client.post('/vault/key/rotation/seal', { query: { wait: 'true' } }));
}

/** The copy of the new key that --copy-to asks for, else null. */
type WantedCopy = { format: Schemas['CopyFormat']; path: string } | null;

function readWantedCopy(invocation: Invocation): WantedCopy {
  const to = findText(invocation, 'copy-to');
  return to === undefined ? null : { format: readFormat(invocation), path: toTarget(to) };
}

const isProtected = (copy: WantedCopy) => copy !== null && protectedFormats.includes(copy.format);

/** Makes and verifies a copy of the new key, or takes its fingerprint instead. */
async function verifyNewKey(
  invocation: Invocation,
  client: Client,
  copy: WantedCopy,
  passphrase: string | undefined,
): Promise<void> {
  if (copy === null) return await typeFingerprint(invocation, client);
  await makeCopy(invocation, client, {
    ...copy,
    for: 'rotation',
    ...(isProtected(copy) ? { passphrase } : {}),
  });
}

async function typeFingerprint(invocation: Invocation, client: Client): Promise<void> {
  const rotation = requireRotation(await client.get('/vault/key/rotation'));
  const typed = invocation.values.yes
    ? rotation.new_fingerprint
    : await askLine(
        `Without a copy, losing this machine loses every secret.\nThe new key is ${rotation.new_fingerprint}. Type its fingerprint to continue: `,
      );
  await client.post('/vault/key/rotation/prove', { body: { override_fingerprint: typed } });
}

/** Continues from the current step; a rotation that finished meanwhile counts as done. */
async function resumeRotation(invocation: Invocation, client: Client): Promise<Schemas['KeyRotation']> {
  const { rotation } = await client.get('/vault/key/rotation');
  if (rotation?.state === 'done') return rotation;
  if (rotation?.state === 'staged') await verifyStaged(invocation, client);
  const step = rotation?.state === 'staged' || rotation?.state === 'proven' ? 'seal' : 'resume';
  try {
    return requireRotation(await client.post(`/vault/key/rotation/${step}`, { query: { wait: 'true' } }));
  } catch (error) {
    const now = await client.get('/vault/key/rotation');
    if (rotation?.state === 'sealing' && now.rotation?.state === 'done') return now.rotation;
    throw error;
  }
}

/** Throws `not_found` without a rotation. */
function requireRotation({ rotation }: Schemas['KeyRotationAnswer']): Schemas['KeyRotation'] {
  if (rotation === null) throw new CommandError('not_found', 'No rotation is in progress.');
  return rotation;
}

async function verifyStaged(invocation: Invocation, client: Client): Promise<void> {
  const { values } = invocation;
  if (values['copy-to'] === undefined && !values['without-copy'] && !hasTerminal()) {
    throw new CommandError(
      'copy_not_proven',
      'The new key has no verified copy yet. Continue with --resume --copy-to PATH --format F, or --resume --without-copy; --undo cancels the rotation.',
    );
  }
  const copy = readWantedCopy(invocation);
  await verifyNewKey(
    invocation,
    client,
    copy,
    isProtected(copy) ? await readPassphrase(invocation, true) : undefined,
  );
}
