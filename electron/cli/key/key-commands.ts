import type { Client } from '../client.ts';
import { type Command, formatDay, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import type { Copy, Key, Rotation, Status } from './key-answers.ts';
import { copyCommands } from './key-copy-commands.ts';
import { custodies, passphraseOption, readPassphrase } from './key-input.ts';
import { lossCommands } from './key-loss-commands.ts';
import { rotateCommands } from './key-rotate-commands.ts';

export const commands: Record<string, Command> = {
  'key status': { usage: 'key status', summary: 'The key, its copies, and how safe it is.', run: showKey },
  ...copyCommands,
  'key lock': {
    usage: 'key lock',
    summary: 'Drops the key from memory of the running instance.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        requireRunning(client);
        await client.call('POST', '/vault/lock');
        invocation.print({ state: 'locked' }, () => 'Locked.');
        return exitCodes.done;
      });
    },
  },
  'key move': {
    usage: 'key move --to file|keychain|passphrase|external',
    summary: 'Moves the key to another custody.',
    options: { to: { type: 'string' }, ...passphraseOption },
    async run(invocation) {
      const to = invocation.values.to;
      if (typeof to !== 'string' || !custodies.includes(to))
        throw usageError('Say where to: --to file|keychain|passphrase|external.');
      const passphrase = to === 'passphrase' ? { passphrase: await readPassphrase(invocation, true) } : {};
      return await withClient(invocation, async (client) => {
        const key = await client.call<Key>('POST', '/vault/custody', { custody: to, ...passphrase });
        invocation.print(key, () =>
          [`The key is kept in ${key.custody.name} custody (${key.custody.place}).`, key.note]
            .filter(Boolean)
            .join('\n'),
        );
        return exitCodes.done;
      });
    },
  },
  'key shred': {
    usage: 'key shred FINGERPRINT',
    summary:
      'Removes a retired key from custody for good. Backups made under it can then be opened with a copy of it alone.',
    positionals: [1, 1],
    async run(invocation) {
      const [fingerprint = ''] = invocation.positionals;
      if (!/^[0-9A-F]{16}$/i.test(fingerprint.replaceAll('-', '')))
        throw usageError('A fingerprint is four groups of four hex digits; key status lists them.');
      return await withClient(invocation, async (client) => {
        await client.call('POST', `/vault/key/epochs/${encodeURIComponent(fingerprint)}/shred`, {
          confirm: fingerprint,
        });
        invocation.print({ shredded: fingerprint }, () => `${fingerprint} is gone from custody.`);
        return exitCodes.done;
      });
    },
  },
  ...rotateCommands,
  ...lossCommands,
};

async function showKey(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const key = await client.call<Key>('GET', '/vault/key');
    const { copies } = await client.call<{ copies: Copy[] }>('GET', '/vault/key/copies');
    const { epochs } = await client.call<{ epochs: { fingerprint: string; epoch: number; state: string }[] }>(
      'GET',
      '/vault/key/epochs',
    );
    const { rotation } = await client.call<{ rotation: Rotation | null }>('GET', '/vault/key/rotation');
    const status = await client.call<Status>('GET', '/vault/status');
    invocation.print({ ...key, state: status.state, case: status.case, copies, epochs, rotation }, () =>
      [
        `Key      ${key.fingerprint ?? 'none yet'}, epoch ${key.epoch ?? '–'}, made ${formatDay(key.created_at)}, ${key.seal_count} seals`,
        `Custody  ${key.custody.name} (${key.custody.place})`,
        `State    ${status.state}${status.detail ? `: ${status.detail}` : ''}`,
        `Health   ${key.health.level.replace('_', ' ')}`,
        ...key.health.reasons.map((reason) => `         ${reason.message}`),
        ...(key.rotation_advised
          ? ['         So many values were sealed under this key that a new one is advised: key rotate.']
          : []),
        ...(rotation && rotation.state !== 'done' && rotation.state !== 'undone'
          ? [`Rotation ${rotation.state}, ${rotation.moved} of ${rotation.total}`]
          : []),
        copies.length === 0 ? 'Copies   none' : 'Copies',
        formatTable(
          copies.map((copy) => [
            '  ',
            copy.format,
            copy.place,
            copy.fingerprint,
            copy.verified_at === null ? 'not proven' : `verified ${formatDay(copy.verified_at)}`,
            copy.separate ? '' : 'not separate',
          ]),
        ),
      ]
        .filter((line) => line !== '')
        .join('\n'),
    );
    return status.state === 'locked' ? exitCodes.locked : exitCodes.done;
  });
}

function requireRunning(client: Client): void {
  if (!client.isRemote)
    throw new CommandError('conflict', 'The instance is not running: there is nothing to lock.');
}
