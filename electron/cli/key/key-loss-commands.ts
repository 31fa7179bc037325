import type { Body, Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import {
  type Command,
  formatCount,
  formatDay,
  formatTable,
  type Invocation,
  withClient,
} from '../command.ts';
import { usageError } from '../command-error.ts';
import { parseCustody } from '../custody-option.ts';
import { exitCodes } from '../exit-code.ts';
import { askLine, hasTerminal, readStdinLine } from '../prompt.ts';
import { readValue } from '../value-input.ts';
import { passphraseOption, readHanded, readPassphrase, sendCopy } from './key-input.ts';
import { readShares } from './key-split-commands.ts';

const SHARES_NOTE = '--shares asks for one share after another; on standard input, one share on each line.';

export const unlockCommand: Command = {
  usage: 'key unlock [PATH | --shares]',
  summary:
    'Unlocks the vault with the key in custody, a copy in a file, words or a key from standard input (PATH -), or shares of a split key.',
  notes: SHARES_NOTE,
  options: { ...passphraseOption, shares: { type: 'boolean' } },
  positionals: [0, 1],
  run: unlock,
};

export const startOverCommand: Command = {
  usage: 'key start-over',
  summary:
    'Last resort: gives up the lost key and creates a new one. Lost values stay listed, to be entered again or recovered.',
  notes: "Asks for the instance's name as a confirmation, typed or on standard input.",
  options: { custody: { type: 'string' }, ...passphraseOption },
  run: startOver,
};

export const recoveryCommand: Command = {
  usage: 'key recovery [reenter ID | regenerate ID | remove-versions]',
  summary:
    'Lists secrets lost with a key, most urgent first. reenter takes the value from standard input or a prompt; remove-versions deletes lost earlier versions.',
  positionals: [0, 2],
  run: recover,
};

export const rescueCommand: Command = {
  usage: 'key rescue PATH | --shares',
  summary:
    'Recovers values with a lost key that was found, except those entered again. - reads words or a key from standard input.',
  notes: SHARES_NOTE,
  options: { ...passphraseOption, shares: { type: 'boolean' } },
  positionals: [0, 1],
  async run(invocation) {
    const path = choosePath(invocation);
    if (path === undefined && !invocation.values.shares)
      throw usageError(`usage: temps-desktop ${rescueCommand.usage}`);
    return await withClient(invocation, async (client) => {
      const handed = path === undefined ? await readShares(client) : await readHanded(invocation, path);
      const outcome = await sendCopy(handed, (body) => client.post('/vault/recovery/rescue', { body }));
      invocation.print(
        outcome,
        () =>
          `Recovered ${formatCount(outcome.rescued, 'value')}${outcome.unreadable.length > 0 ? `; ${outcome.unreadable.length} cannot be decrypted` : ''}.`,
      );
      return outcome.unreadable.length === 0 ? exitCodes.done : exitCodes.failed;
    });
  },
};

function choosePath({ positionals, values }: Invocation): string | undefined {
  if (positionals[0] !== undefined && values.shares) throw usageError('Give a PATH or --shares, not both.');
  return positionals[0];
}

async function unlock(invocation: Invocation): Promise<number> {
  const path = choosePath(invocation);
  return await withClient(invocation, async (client) => {
    const copy = invocation.values.shares
      ? await readShares(client)
      : path === undefined
        ? await chooseCustodyUnlock(invocation, client)
        : await readHanded(invocation, path);
    const status = await sendCopy(copy, (body) => client.post('/vault/unlock', { body }));
    invocation.print(status, () => ['Unlocked.', status.note].filter(Boolean).join('\n'));
    return exitCodes.done;
  });
}

async function chooseCustodyUnlock(
  invocation: Invocation,
  client: Client,
): Promise<Body<'/vault/unlock', 'post'>> {
  const { custody } = await client.get('/vault/status');
  if (custody.name !== 'passphrase') return { method: 'custody' };
  return { method: 'passphrase', passphrase: await readPassphrase(invocation, false) };
}

async function startOver(invocation: Invocation): Promise<number> {
  const custody = parseCustody('--custody', invocation.values.custody);
  return await withClient(invocation, async (client) => {
    const { fingerprint } = await client.get('/vault/status');
    const { epochs } = await client.get('/vault/key/epochs');
    const backups = epochs.find((known) => known.fingerprint === fingerprint)?.backups_said ?? '';
    const name = hasTerminal()
      ? await askLine(
          `Every secret of this instance becomes unreadable unless its key is found, and so do those in backups made with it. ${backups} Type the name of the instance to start over: `,
        )
      : await readStdinLine();
    const status = await client.post('/vault/start-over', {
      body: {
        instance_name: name,
        custody,
        ...(custody === 'passphrase' ? { passphrase: await readPassphrase(invocation, true) } : {}),
      },
    });
    invocation.print(
      status,
      () => `The new key is ${status.fingerprint}. Copy it now: key copy. To see what was lost: key recovery`,
    );
    return exitCodes.done;
  });
}

async function recover(invocation: Invocation): Promise<number> {
  const [action, id] = invocation.positionals;
  if (action === undefined) return await listLost(invocation);
  if (id === undefined && action === 'remove-versions') return await removeVersions(invocation);
  if (id !== undefined && action === 'reenter') return await reenter(invocation, id);
  if (id !== undefined && action === 'regenerate') return await regenerate(invocation, id);
  throw usageError('usage: temps-desktop key recovery [reenter ID | regenerate ID | remove-versions]');
}

async function listLost(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const list = await client.get('/vault/recovery');
    invocation.print(list, () => describeRecovery(list));
    return exitCodes.done;
  });
}

async function reenter(invocation: Invocation, id: string): Promise<number> {
  const value = await readValue('Value: ', 'the value is as it was');
  return await withClient(invocation, async (client) => {
    await client.post('/vault/recovery/{id}/reenter', { path: { id }, body: { value } });
    invocation.print({ id }, () => 'Saved.');
    return exitCodes.done;
  });
}

async function regenerate(invocation: Invocation, id: string): Promise<number> {
  return await withClient(invocation, async (client) => {
    const made = await client.post('/vault/recovery/{id}/regenerate', { path: { id } });
    invocation.print(made, () => made.value ?? 'Created a new value.');
    return exitCodes.done;
  });
}

async function removeVersions(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const { removed } = await client.delete('/vault/recovery/versions');
    invocation.print({ removed }, () => `Removed ${formatCount(removed, 'earlier version')}.`);
    return exitCodes.done;
  });
}

function describeRecovery(list: Schemas['RecoveryList']): string {
  const versions =
    list.versions === 0
      ? []
      : [
          `${formatCount(list.versions, 'earlier version')} cannot be decrypted without the lost key. They need no replacing, but hold up a rotation: key recovery remove-versions`,
        ];
  if (list.groups.length === 0 && list.total === 0) return ['No secrets are lost.', ...versions].join('\n');
  const titles: Record<Schemas['RecoveryGroupName'], string> = {
    tls: 'Certificates',
    sign_in: 'Sign-in',
    deploys: 'Deployments',
    mail: 'Mail',
    backups: 'Backups',
  };
  return [
    `${list.replaced} of ${formatCount(list.total, 'lost secret')} replaced or recovered.`,
    ...list.lost_backups.map((said, at) => `Lost key ${list.lost_fingerprints[at]}: ${said}`),
    ...versions,
    ...list.groups.flatMap(({ group, values }) => [
      `\n${titles[group]}`,
      formatTable(
        values.map((value) => [
          '  ',
          value.id,
          value.owner?.title ?? value.kind,
          `since ${formatDay(value.since)}`,
          [value.can_reenter ? 'reenter' : '', value.can_regenerate ? 'regenerate' : '']
            .filter(Boolean)
            .join(' or '),
        ]),
      ),
    ]),
  ].join('\n');
}
