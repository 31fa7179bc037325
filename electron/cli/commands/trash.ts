import type { Schemas } from '../api-request.ts';
import { sayActor } from '../audit/actor-words.ts';
import type { Client } from '../client.ts';
import { type Command, findText, formatCount, formatDay, formatTable, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { describeEntry } from '../projects/trash-words.ts';

type TrashEntry = Schemas['TrashEntry'];

const project = { type: 'string', short: 'p' } as const;
const yes = { type: 'boolean' } as const;

/** As many as are restored or deleted by one command. */
const MAX_IDS = 1000;

export const commands: Record<string, Command> = {
  'trash list': {
    usage: 'trash list [-p PROJECT]',
    summary: 'Lists what was deleted and can be restored: each deletion with its number.',
    options: { project },
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const entries = await listEntries(client, findText(invocation, 'project'));
        invocation.print(entries, () =>
          entries.length === 0
            ? 'The trash is empty.'
            : formatTable(
                entries.map((entry) => [
                  entry.id,
                  describeEntry(entry),
                  `deleted ${formatDay(entry.deleted_at)} by ${sayActor(entry.deleted_by_actor)}`,
                  `kept until ${formatDay(entry.kept_until)}`,
                ]),
              ),
        );
        return exitCodes.done;
      });
    },
  },
  'trash restore': {
    usage: 'trash restore ID… [--as NAME]',
    summary: 'Restores what was deleted, each deletion as a whole: values, history and environments.',
    notes:
      'Refused where a name is in use by now; --as gives one variable, environment or project another one. Deployment tokens of a project do not come back.',
    options: { as: { type: 'string' } },
    positionals: [1, MAX_IDS],
    async run(invocation) {
      const ids = readIds(invocation.positionals);
      const name = findText(invocation, 'as');
      if (name !== undefined && ids.length > 1) throw usageError('--as is for one ID.');
      return await withClient(invocation, async (client) => {
        const restored: TrashEntry[] = [];
        for (const id of ids)
          restored.push(await client.post('/trash/{id}/restore', { path: { id }, body: { name } }));
        invocation.print(restored, () =>
          restored.map((entry) => `Restored: ${describeEntry(entry)}`).join('\n'),
        );
        return exitCodes.done;
      });
    },
  },
  'trash delete': {
    usage: 'trash delete ID… [--yes]',
    summary: 'Deletes for good what is in the trash.',
    notes: 'Says first what is lost, and asks; --yes skips the question.',
    options: { yes },
    positionals: [1, MAX_IDS],
    async run(invocation) {
      const ids = readIds(invocation.positionals);
      return await withClient(invocation, async (client) => {
        const known = new Map((await client.get('/trash')).map((entry) => [entry.id, entry]));
        const entries = ids.flatMap((id) => known.get(id) ?? []);
        await confirmLoss(invocation, { said: describeLoss(entries), ...loss });
        for (const id of ids) await client.delete('/trash/{id}', { path: { id } });
        invocation.print({ deleted: ids }, () => 'Deleted for good.');
        return exitCodes.done;
      });
    },
  },
  'trash empty': {
    usage: 'trash empty [-p PROJECT] [--yes]',
    summary: 'Deletes for good everything in the trash, or what a project has there.',
    notes: 'Says first what is lost, and asks; --yes skips the question.',
    options: { project, yes },
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const entries = await listEntries(client, findText(invocation, 'project'));
        if (entries.length > 0) {
          await confirmLoss(invocation, { said: describeLoss(entries), ...loss });
          await deleteAll(client, entries);
        }
        invocation.print({ deleted: entries.map(({ id }) => id) }, () =>
          entries.length === 0 ? 'The trash is empty.' : 'Deleted for good.',
        );
        return exitCodes.done;
      });
    },
  },
};

const loss = { act: 'delete them for good', done: 'deleted' };

function readIds(words: readonly string[]): number[] {
  return words.map((word) => {
    if (!/^[1-9]\d{0,14}$/.test(word))
      throw usageError(`${word} is no number of the trash: temps-desktop trash list shows them.`);
    return Number(word);
  });
}

/** @param named a project that is there, or in the trash itself. */
async function listEntries(client: Client, named: string | undefined): Promise<TrashEntry[]> {
  const entries = await client.get('/trash');
  if (named === undefined) return entries;
  const found = entries.filter(
    ({ project: of }) => of && [String(of.id), of.slug, of.name].some((name) => name === named),
  );
  // A name that was mistyped has no empty trash.
  if (found.length === 0) await client.get('/projects/{project}', { path: { project: named } });
  return found;
}

/** What was deleted in an environment or project before it: that would take it along. */
async function deleteAll(client: Client, entries: readonly TrashEntry[]): Promise<void> {
  const order = ['variables', 'environment', 'project'];
  const inner = entries.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const { id } of inner) await client.delete('/trash/{id}', { path: { id } });
}

function describeLoss(entries: readonly TrashEntry[]): string {
  const variables = entries.reduce((sum, { variable_count }) => sum + variable_count, 0);
  const secrets = entries.reduce((sum, { secret_count }) => sum + secret_count, 0);
  return [
    ...entries.map((entry) => `  ${describeEntry(entry)}`),
    `${formatCount(variables, 'variable')}, ${secrets} of them secret, and all their earlier values are lost for good. So is what was deleted before in an environment or project among them.`,
  ].join('\n');
}
