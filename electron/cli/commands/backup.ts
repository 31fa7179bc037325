import { resolve } from 'node:path';
import type { Schemas } from '../api-request.ts';
import { destinationCommands, findDestination } from '../backup/destination-commands.ts';
import { retentionCommands } from '../backup/retention-commands.ts';
import { withRunProgress } from '../backup/run-progress.ts';
import { scheduleCommands } from '../backup/schedule-commands.ts';
import { writerCommands } from '../backup/writer-commands.ts';
import type { Client } from '../client.ts';
import {
  type Command,
  findText,
  formatDay,
  formatSize,
  formatTable,
  type Invocation,
  withClient,
} from '../command.ts';
import { CommandError, INTERRUPTED, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { isThere } from '../given-file.ts';
import { commands as afterRestore } from '../restore/after-restore.ts';
import { exportBackup } from '../restore/export.ts';

type Backup = Schemas['Backup'];

export const commands: Record<string, Command> = {
  'backup now': {
    usage: 'backup now [--to NAME]',
    summary: 'Makes a backup at every destination, or at one, and verifies it there.',
    notes: 'Ctrl-C cancels it: what was written is removed, and earlier backups stay.',
    options: { to: { type: 'string' } },
    run: makeBackups,
  },
  'backup list': {
    usage: 'backup list',
    summary: 'Lists the backups that this instance made, newest first.',
    run: listBackups,
  },
  'backup show': {
    usage: 'backup show ID',
    summary: 'Shows a backup: where it is, which key it needs, and what became of it.',
    positionals: [1, 1],
    run: showBackup,
  },
  'backup verify': {
    usage: 'backup verify ID | FOLDER',
    summary:
      'Reads every byte of a backup again, and checks that this instance signed it. FOLDER is that of a backup, or has backups, of which the newest is read.',
    positionals: [1, 1],
    async run(invocation) {
      const [wanted = ''] = invocation.positionals;
      return await withClient(invocation, async (client) => {
        if (wanted.includes('/') || isThere(wanted)) {
          const found = await client.post('/backups/verify-folder', { body: { path: resolve(wanted) } });
          invocation.print(
            found,
            () =>
              `All of the backup of ${new Date(found.taken_at).toISOString()} in ${found.place} is what was stored.`,
          );
          return exitCodes.done;
        }
        const { id } = await getBackup(client, invocation);
        const verified = await client.post('/backups/{id}/verify', { path: { id } });
        invocation.print(verified, () => `All of it at ${verified.destination} is what was stored.`);
        return exitCodes.done;
      });
    },
  },
  'backup drill': {
    usage: 'backup drill ID',
    summary:
      'Tries a backup out as a restore would, without replacing anything: decrypts and unpacks it, checks its database and decrypts every secret in it.',
    positionals: [1, 1],
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const { id } = await getBackup(client, invocation);
        const drilled = await client.post('/backups/{id}/drill', { path: { id } });
        invocation.print(
          drilled,
          () => `The backup at ${drilled.destination} comes back: every secret in it was decrypted.`,
        );
        return exitCodes.done;
      });
    },
  },
  'backup export': {
    usage: 'backup export ID --to FILE',
    summary:
      'Writes a backup as one file, a tar of its folder; restore takes it. FILE is new, or a folder that is there.',
    options: { to: { type: 'string' } },
    positionals: [1, 1],
    run: (invocation) => exportBackup(invocation, getBackup),
  },
  'backup delete': {
    usage: 'backup delete ID [--yes]',
    summary: 'Permanently deletes a backup at its destination.',
    notes: 'Asks first; --yes skips the question.',
    options: { yes: { type: 'boolean' } },
    positionals: [1, 1],
    run: deleteBackup,
  },
  ...destinationCommands,
  ...scheduleCommands,
  ...retentionCommands,
  ...writerCommands,
  ...afterRestore,
};

async function makeBackups(invocation: Invocation): Promise<number> {
  const to = findText(invocation, 'to');
  return await withClient(invocation, async (client) => {
    const { destinations } = await client.get('/backups/destinations');
    const wanted = to === undefined ? destinations : [findDestination(destinations, to)];
    if (wanted.length === 0)
      throw new CommandError(
        'not_found',
        'There is no backup destination yet: temps-desktop backup destinations add folder PATH, or add s3 BUCKET.',
      );
    const made: Backup[] = [];
    const failures: CommandError[] = [];
    for (const { id, name } of wanted)
      try {
        made.push(
          await withRunProgress(client, id, () =>
            client.post('/backups/destinations/{id}/run', { path: { id } }),
          ),
        );
      } catch (error) {
        if (!(error instanceof CommandError) || wanted.length === 1) throw error;
        // Nor are others begun after it.
        if (error.code === 'cancelled' || error.code === INTERRUPTED) throw error;
        // One that is gone keeps no other from its backup.
        failures.push(new CommandError(error.code, `${name}: ${error.message}`));
      }
    if (made.length > 0) invocation.print(made, () => made.map(describeMade).join('\n'));
    const [failure] = failures;
    if (failure) throw new CommandError(failure.code, failures.map(({ message }) => message).join('\n'));
    return exitCodes.done;
  });
}

const describeMade = ({ destination, id, size_bytes }: Backup) =>
  `Made a backup at ${destination} and verified it: ${id}, ${formatSize(size_bytes)}.`;

async function listBackups(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const { backups } = await client.get('/backups');
    invocation.print(backups, () =>
      backups.length === 0
        ? 'No backups yet.'
        : formatTable(
            backups.map((backup) => [
              backup.id,
              new Date(backup.taken_at).toISOString(),
              backup.destination,
              formatSize(backup.size_bytes),
              describeState(backup),
            ]),
          ),
    );
    return exitCodes.done;
  });
}

/** What counts, in words. */
function describeState(backup: Backup): string {
  const { state, error, gone_at, gone_note, drill_result, drilled_at, drill_reason } = backup;
  if (gone_at !== null) return `gone, noticed ${formatDay(gone_at)}: ${gone_note}`;
  if (error?.code === 'cancelled') return 'cancelled';
  if (error?.code === 'deleting') return 'being deleted';
  if (state === 'failed') return `failed: ${error?.detail ?? 'unknown'}`;
  if (state === 'running') return 'being made';
  if (state === 'stored') return 'stored, not verified';
  if (drill_result === 'failed') return `drill failed: ${drill_reason ?? 'unknown'}`;
  return drill_result === 'passed' ? `verified, drilled ${formatDay(drilled_at)}` : 'verified, not drilled';
}

async function showBackup(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const backup = await getBackup(client, invocation);
    const { destinations } = await client.get('/backups/destinations');
    const path = destinations.find(({ id }) => id === backup.destination_id)?.path ?? '';
    invocation.print(backup, () =>
      formatTable([
        ['Backup', backup.id],
        ['Taken', new Date(backup.taken_at).toISOString()],
        ['At', backup.destination],
        ['Folder', backup.folder === null ? null : `${path}/${backup.folder}`],
        ['Size', formatSize(backup.size_bytes)],
        ['Number', backup.sequence],
        ['Key', backup.key_fingerprint],
        ['Kept until', backup.kept_until === null ? null : formatDay(backup.kept_until)],
        ['State', describeState(backup)],
      ]),
    );
    return exitCodes.done;
  });
}

async function deleteBackup(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const { id, destination, taken_at } = await getBackup(client, invocation);
    await confirmLoss(invocation, {
      said: `The backup of ${new Date(taken_at).toISOString()} at ${destination} is lost for good.`,
      act: 'delete it',
      done: 'deleted',
    });
    await client.delete('/backups/{id}', { path: { id } });
    invocation.print({ deleted: id }, () => 'Deleted.');
    return exitCodes.done;
  });
}

/** By its id, or the beginning of it. */
async function getBackup(client: Client, { positionals }: Invocation): Promise<Backup> {
  const [wanted = ''] = positionals;
  if (!/^[0-9a-f-]{4,36}$/.test(wanted)) throw usageError('Give the id of a backup; backup list shows them.');
  const { backups } = await client.get('/backups');
  const [found, other] = backups.filter(({ id }) => id.startsWith(wanted));
  if (!found) throw new CommandError('not_found', `There is no backup ${wanted}; backup list shows them.`);
  if (other) throw usageError(`Several backups begin with ${wanted}; give more of the id.`);
  return found;
}
