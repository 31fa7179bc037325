import { type Command, formatDay, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { parseCustody } from '../custody-option.ts';
import { exitCodes } from '../exit-code.ts';
import { describeHealth } from '../health-words.ts';
import { copyCommand, verifyCommand } from './key-copy-commands.ts';
import { passphraseOption, readPassphrase } from './key-input.ts';
import { recoveryCommand, rescueCommand, startOverCommand, unlockCommand } from './key-loss-commands.ts';
import { rotateCommand } from './key-rotate-commands.ts';
import { describeSplit, splitCommand } from './key-split-commands.ts';
import { describeRotation } from './rotation-words.ts';

export const commands: Record<string, Command> = {
  'key status': { usage: 'key status', summary: 'Shows the key, its copies and its health.', run: showKey },
  'key copy': copyCommand,
  'key verify': verifyCommand,
  'key forget': {
    usage: 'key forget ID',
    summary: 'Removes a copy you no longer have from the list; key status shows the ids.',
    positionals: [1, 1],
    run: forgetCopy,
  },
  'key split': splitCommand,
  'key unlock': unlockCommand,
  'key lock': {
    usage: 'key lock',
    summary: 'Removes the key from the memory of the running instance.',
    run: lock,
  },
  'key move': {
    usage: 'key move --to file|keychain|passphrase|external',
    summary: 'Moves the key to another custody.',
    notes:
      'external: the file that TEMPS_ENCRYPTION_KEY_FILE names for the instance must already hold the key. It is verified there, then removed from the old place. passphrase: secrets and second-factor codes wait after each start until it is typed (key unlock).',
    options: { to: { type: 'string' }, ...passphraseOption },
    run: move,
  },
  'key relocated': {
    usage: 'key relocated moved|copied',
    summary:
      'Says what became of a data directory that is not where it was. A copy gets keychain entries of its own; a moved one keeps them.',
    positionals: [1, 1],
    run: settleRelocation,
  },
  'key rotate': rotateCommand,
  'key shred': {
    usage: 'key shred FINGERPRINT [--yes]',
    summary:
      'Permanently removes a retired key from custody. Only a copy of it can then decrypt backups made with it.',
    notes: 'Says first which backups need the key, and asks; --yes skips the question.',
    options: { yes: { type: 'boolean' } },
    positionals: [1, 1],
    run: shred,
  },
  'key start-over': startOverCommand,
  'key recovery': recoveryCommand,
  'key rescue': rescueCommand,
  'key backup-identity': {
    usage: 'key backup-identity',
    summary: 'Prints the age identity that decrypts backups, for use without this program.',
    notes:
      'It opens every backup of this instance, but not the secrets in it: those need the key. Keep it as you keep the key. age -d -i FILE reads it; how to restore by hand is in the README of backups.',
    run: showBackupIdentity,
  },
};

async function showKey(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const key = await client.get('/vault/key');
    const { copies } = await client.get('/vault/key/copies');
    const { splits } = await client.get('/vault/key/splits');
    const { epochs } = await client.get('/vault/key/epochs');
    const { rotation } = await client.get('/vault/key/rotation');
    const status = await client.get('/vault/status');
    const shown = { ...key, state: status.state, case: status.case, copies, splits, epochs, rotation };
    invocation.print(shown, () =>
      [
        `Key      ${key.fingerprint ?? 'none yet'}, version ${key.epoch ?? '–'}, created ${formatDay(key.created_at)}, ${key.seal_count} encryptions`,
        `Custody  ${key.custody.name} (${key.custody.place})`,
        `State    ${status.state}${status.detail ? `: ${status.detail}` : ''}`,
        `Health   ${describeHealth(key.health)}`,
        ...key.health.reasons.map((reason) => `         ${reason.message}`),
        ...(key.rotation_advised
          ? ['         This key has encrypted so many values that a new one is advised: key rotate.']
          : []),
        ...(rotation && rotation.state !== 'done' && rotation.state !== 'undone'
          ? [`Rotation ${describeRotation(rotation)}`]
          : []),
        copies.length === 0 ? 'Copies   none' : 'Copies',
        formatTable(
          copies.map((copy) => [
            `  ${copy.id}`,
            copy.format,
            copy.place,
            copy.fingerprint,
            copy.verified_at === null ? 'not verified' : `verified ${formatDay(copy.verified_at)}`,
            copy.worth_words,
          ]),
        ),
        ...splits.map(describeSplit),
      ]
        .filter((line) => line !== '')
        .join('\n'),
    );
    return status.state === 'locked' ? exitCodes.locked : exitCodes.done;
  });
}

async function showBackupIdentity(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const shown = await client.post('/backups/identity');
    invocation.print(shown, () => shown.identity);
    return exitCodes.done;
  });
}

async function forgetCopy(invocation: Invocation): Promise<number> {
  const [text = ''] = invocation.positionals;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw usageError('Give the id of a copy; key status shows them.');
  const id = Number(text);
  return await withClient(invocation, async (client) => {
    await client.delete('/vault/key/copies/{id}', { path: { id } });
    invocation.print({ forgotten: id }, () => 'Forgotten. The copy itself stays where it is.');
    return exitCodes.done;
  });
}

async function lock(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    if (!client.isRemote)
      throw new CommandError('conflict', 'The instance is not running, so there is nothing to lock.');
    await client.post('/vault/lock');
    invocation.print({ state: 'locked' }, () => 'Locked.');
    return exitCodes.done;
  });
}

async function move(invocation: Invocation): Promise<number> {
  const custody = parseCustody('--to', invocation.values.to);
  if (custody === undefined)
    throw usageError('Give the new custody: --to file|keychain|passphrase|external.');
  const passphrase = custody === 'passphrase' ? await readPassphrase(invocation, true) : undefined;
  return await withClient(invocation, async (client) => {
    const key = await client.post('/vault/custody', { body: { custody, passphrase } });
    invocation.print(key, () =>
      [`The key is now stored in ${key.custody.name} custody (${key.custody.place}).`, key.note]
        .filter(Boolean)
        .join('\n'),
    );
    return exitCodes.done;
  });
}

async function settleRelocation(invocation: Invocation): Promise<number> {
  const answer = (['moved', 'copied'] as const).find((known) => known === invocation.positionals[0]);
  if (!answer)
    throw usageError('Say what became of the directory: key relocated moved, or key relocated copied.');
  return await withClient(invocation, async (client) => {
    const status = await client.post('/vault/relocation', { body: { answer } });
    invocation.print(status, () =>
      [
        answer === 'copied'
          ? 'This copy has keychain entries of its own now.'
          : 'The keychain entries are used from here.',
        status.state === 'running'
          ? 'The vault is open.'
          : `The vault is locked: ${status.detail ?? status.case}`,
      ].join('\n'),
    );
    return status.state === 'running' ? exitCodes.done : exitCodes.locked;
  });
}

async function shred(invocation: Invocation): Promise<number> {
  const [fingerprint = ''] = invocation.positionals;
  if (!/^[0-9A-F]{16}$/i.test(fingerprint.replaceAll('-', '')))
    throw usageError('A fingerprint is four groups of four hex digits; key status shows it.');
  return await withClient(invocation, async (client) => {
    const { epochs } = await client.get('/vault/key/epochs');
    const epoch = epochs.find((known) => isSamePrint(known.fingerprint, fingerprint));
    if (epoch)
      await confirmLoss(invocation, {
        said: epoch.if_shredded,
        act: `shred key version ${epoch.epoch}`,
        done: 'shredded',
      });
    await client.post('/vault/key/epochs/{fingerprint}/shred', {
      path: { fingerprint },
      body: { confirm: fingerprint },
    });
    invocation.print({ shredded: fingerprint }, () => `Removed ${fingerprint} from custody.`);
    return exitCodes.done;
  });
}

const isSamePrint = (one: string, other: string) =>
  one.replaceAll('-', '') === other.replaceAll('-', '').toUpperCase();
