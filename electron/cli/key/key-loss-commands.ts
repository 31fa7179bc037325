import type { Client } from '../client.ts';
import { type Command, formatDay, formatTable, type Invocation, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { askLine, hasTerminal, readStdinLine } from '../prompt.ts';
import { readValue } from '../value-input.ts';
import type { Status } from './key-answers.ts';
import { custodies, passphraseOption, readHanded, readPassphrase, sendCopy } from './key-input.ts';

export const lossCommands: Record<string, Command> = {
  'key unlock': {
    usage: 'key unlock [PATH]',
    summary:
      'Unlocks: from custody, with a copy in a file, or with words or a key from standard input (PATH -).',
    options: { ...passphraseOption },
    positionals: [0, 1],
    run: unlock,
  },
  'key start-over': {
    usage: 'key start-over',
    summary:
      'The last resort: gives the lost key up and makes a new one. Lost values stay listed, to be re-entered or rescued.',
    notes: "Asks for the instance's name, typed or on standard input.",
    options: { custody: { type: 'string' }, ...passphraseOption },
    run: startOver,
  },
  'key recovery': {
    usage: 'key recovery [reenter ID | regenerate ID]',
    summary:
      'Values lost with a key, what breaks first on top. reenter takes the value from standard input or a prompt.',
    positionals: [0, 2],
    run: recover,
  },
  'key rescue': {
    usage: 'key rescue PATH',
    summary:
      'A lost key turned up: brings back what was not re-entered. - reads words or a key from standard input.',
    options: passphraseOption,
    positionals: [1, 1],
    async run(invocation) {
      const handed = await readHanded(invocation, invocation.positionals[0] ?? '');
      return await withClient(invocation, async (client) => {
        const outcome = await sendCopy<{ rescued: number; unreadable: string[] }>(
          client,
          '/vault/recovery/rescue',
          handed,
        );
        invocation.print(
          outcome,
          () =>
            `${outcome.rescued} values came back${outcome.unreadable.length > 0 ? `; ${outcome.unreadable.length} do not open` : ''}.`,
        );
        return outcome.unreadable.length === 0 ? exitCodes.done : exitCodes.failed;
      });
    },
  },
};

async function unlock(invocation: Invocation): Promise<number> {
  const [path] = invocation.positionals;
  return await withClient(invocation, async (client) => {
    const body =
      path === undefined ? await chooseCustodyUnlock(invocation, client) : await readHanded(invocation, path);
    const status = await sendCopy<Status>(client, '/vault/unlock', body);
    invocation.print(status, () => ['Unlocked.', status.note].filter(Boolean).join('\n'));
    return exitCodes.done;
  });
}

async function chooseCustodyUnlock(invocation: Invocation, client: Client): Promise<object> {
  const { custody } = await client.call<Status>('GET', '/vault/status');
  if (custody.name !== 'passphrase') return { method: 'custody' };
  return { method: 'passphrase', passphrase: await readPassphrase(invocation, false) };
}

async function startOver(invocation: Invocation): Promise<number> {
  const { custody } = invocation.values;
  if (custody !== undefined && !custodies.includes(String(custody)))
    throw usageError(`--custody is one of ${custodies.join(', ')}.`);
  const name = hasTerminal()
    ? await askLine(
        'Every secret of this instance becomes unreadable unless its key turns up. Type the name of the instance to start over: ',
      )
    : await readStdinLine();
  return await withClient(invocation, async (client) => {
    const status = await client.call<{ fingerprint: string }>('POST', '/vault/start-over', {
      instance_name: name,
      ...(typeof custody === 'string' ? { custody } : {}),
      ...(custody === 'passphrase' ? { passphrase: await readPassphrase(invocation, true) } : {}),
    });
    invocation.print(
      status,
      () => `The new key is ${status.fingerprint}. Copy it now: key copy. What was lost: key recovery`,
    );
    return exitCodes.done;
  });
}

interface RecoveryList {
  total: number;
  remaining: number;
  groups: {
    group: string;
    values: {
      id: string;
      kind: string;
      owner: { title: string } | null;
      since: number;
      can_regenerate: boolean;
      can_reenter: boolean;
    }[];
  }[];
}

async function recover(invocation: Invocation): Promise<number> {
  const [action, id] = invocation.positionals;
  if (action !== undefined && (id === undefined || !['reenter', 'regenerate'].includes(action))) {
    throw usageError('usage: temps-desktop key recovery [reenter ID | regenerate ID]');
  }
  const value = action === 'reenter' ? await readValue('Value: ') : null;
  return await withClient(invocation, async (client) => {
    if (action === 'reenter') {
      await client.call('POST', `/vault/recovery/${id}/reenter`, { value });
      invocation.print({ id }, () => 'Sealed.');
    } else if (action === 'regenerate') {
      const made = await client.call<{ value: string | null }>('POST', `/vault/recovery/${id}/regenerate`);
      invocation.print(made, () => made.value ?? 'Made anew.');
    } else {
      const list = await client.call<RecoveryList>('GET', '/vault/recovery');
      invocation.print(list, () => describeRecovery(list));
    }
    return exitCodes.done;
  });
}

function describeRecovery(list: RecoveryList): string {
  if (list.remaining === 0) return 'Nothing is lost.';
  const titles: Record<string, string> = {
    tls: 'Certificates',
    sign_in: 'Sign-in',
    deploys: 'Deployments',
    mail: 'Mail',
    backups: 'Backups',
  };
  return [
    `${list.total - list.remaining} of ${list.total} lost values are back.`,
    ...list.groups.flatMap(({ group, values }) => [
      `\n${titles[group] ?? group}`,
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
