import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import {
  type Command,
  findText,
  formatCount,
  formatSize,
  formatTable,
  type Invocation,
  withClient,
} from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { findDestination } from './destination-commands.ts';

type Destination = Schemas['BackupDestination'];
type Retention = Schemas['BackupRetention'];
type Preview = Schemas['BackupRetentionPreview'];

/** The options, each with what it counts. */
const counts = {
  'keep-last': 'last',
  'keep-daily': 'daily',
  'keep-weekly': 'weekly',
  'keep-monthly': 'monthly',
  'keep-yearly': 'yearly',
  'keep-within-days': 'within_days',
} as const satisfies Record<string, keyof Retention>;
const countOptions = Object.fromEntries(
  Object.keys(counts).map((name) => [name, { type: 'string' as const }]),
);

export const retentionCommands: Record<string, Command> = {
  'backup retention': {
    usage:
      'backup retention NAME [--keep-all | [--keep-last N] [--keep-daily N] [--keep-weekly N] [--keep-monthly N] [--keep-yearly N] [--keep-within-days N]] [--yes]',
    summary: 'Says how many backups a destination keeps, or sets it.',
    notes:
      'As restic counts: of each of the last N days, weeks, months and years that have a backup the newest is kept, and all within N days of the newest. What is not kept is removed after each backup by schedule. Never removed: the newest that was verified, the newest that passed a drill, what is not verified, and what another computer made.',
    options: { ...countOptions, 'keep-all': { type: 'boolean' }, yes: { type: 'boolean' } },
    positionals: [1, 1],
    run: setRetention,
  },
  'backup prune': {
    usage: 'backup prune [--to NAME] [--dry-run] [--yes]',
    summary: 'Removes the backups that the retention of their destination does not keep.',
    notes: 'Shows them first and asks; --yes skips the question, and --dry-run removes nothing.',
    options: { to: { type: 'string' }, 'dry-run': { type: 'boolean' }, yes: { type: 'boolean' } },
    run: prune,
  },
};

async function setRetention(invocation: Invocation): Promise<number> {
  const [name = ''] = invocation.positionals;
  const given = readRetention(invocation);
  const keepsAll = invocation.values['keep-all'] === true;
  if (given && keepsAll) throw usageError('Give --keep-all, or how many are kept.');
  return await withClient(invocation, async (client) => {
    const destination = findDestination((await client.get('/backups/destinations')).destinations, name);
    if (!given && !keepsAll) {
      invocation.print(destination.retention, () => describeRetention(destination));
      return exitCodes.done;
    }
    if (given) await confirmRemovals(invocation, destination, await preview(client, destination, given));
    const changed = await client.put('/backups/destinations/{id}/retention', {
      path: { id: destination.id },
      body: { retention: given },
    });
    invocation.print(changed.retention, () => describeRetention(changed));
    return exitCodes.done;
  });
}

/** Null where no number was given. */
function readRetention(invocation: Invocation): Retention | null {
  const retention: Retention = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, within_days: 0 };
  let isGiven = false;
  for (const [option, field] of Object.entries(counts)) {
    const text = findText(invocation, option);
    if (text === undefined) continue;
    if (!/^\d{1,4}$/.test(text)) throw usageError(`--${option} is a number from 0 to 9999.`);
    retention[field] = Number(text);
    isGiven = true;
  }
  return isGiven ? retention : null;
}

function describeRetention({ name, retention }: Destination): string {
  if (retention === null) return `${name} keeps all backups.`;
  const { within_days, ...rest } = retention;
  const said = Object.entries(rest).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
  if (within_days > 0) said.push(`all within ${formatCount(within_days, 'day')} of the newest`);
  return `${name} keeps ${said.join(', ')}.`;
}

const preview = (client: Client, { id }: Destination, retention: Retention): Promise<Preview> =>
  client.post('/backups/destinations/{id}/retention/preview', { path: { id }, body: { retention } });

async function confirmRemovals(invocation: Invocation, { name }: Destination, { removed }: Preview) {
  if (removed.length === 0) return;
  await confirmLoss(invocation, {
    said: `${formatCount(removed.length, 'backup')} at ${name} would be removed for good:\n${formatRemoved(removed)}`,
    act: 'remove them, now or after the next backup by schedule',
    done: 'removed',
  });
}

const formatRemoved = (removed: Preview['removed']) =>
  formatTable(
    removed.map(({ id, taken_at, size_bytes }) => [
      id,
      new Date(taken_at).toISOString(),
      formatSize(size_bytes),
    ]),
  );

async function prune(invocation: Invocation): Promise<number> {
  const to = findText(invocation, 'to');
  return await withClient(invocation, async (client) => {
    const { destinations } = await client.get('/backups/destinations');
    const wanted = (to === undefined ? destinations : [findDestination(destinations, to)]).flatMap((each) =>
      each.retention === null ? [] : [{ destination: each, retention: each.retention }],
    );
    if (wanted.length === 0)
      throw new CommandError('not_found', 'All backups are kept: say how many with backup retention NAME.');
    const told: { destination: string; removed: string[]; held: string[] }[] = [];
    for (const { destination, retention } of wanted) {
      const previewed = await preview(client, destination, retention);
      if (invocation.values['dry-run'] === true) {
        told.push({
          destination: destination.name,
          removed: previewed.removed.map(({ id }) => id),
          held: [],
        });
        continue;
      }
      await confirmRemovals(invocation, destination, previewed);
      const pruned = await client.post('/backups/destinations/{id}/prune', { path: { id: destination.id } });
      told.push({ destination: destination.name, ...pruned });
    }
    const verb = invocation.values['dry-run'] === true ? 'Would remove' : 'Removed';
    invocation.print(told, () => told.map((each) => describePruned(verb, each)).join('\n'));
    return exitCodes.done;
  });
}

function describePruned(
  verb: string,
  { destination, removed, held }: { destination: string; removed: string[]; held: string[] },
): string {
  return [
    `${verb} ${formatCount(removed.length, 'backup')} at ${destination}${removed.length === 0 ? '.' : ':'}`,
    ...removed,
    ...(held.length === 0 ? [] : [`${destination} refused to remove ${held.join(', ')}.`]),
  ].join('\n');
}
