import { setTimeout as sleep } from 'node:timers/promises';
import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { formatSize } from '../command.ts';
import { CommandError, INTERRUPTED } from '../command-error.ts';

/** How often a terminal's line is written again. */
const LOOK_MS = 200;

type BackupRun = Schemas['BackupRun'];

const stepWords: Record<Schemas['BackupStep'], string> = {
  packing: 'Packing the database for',
  writing: 'Writing to',
  verifying: 'Verifying at',
};

/**
 * Shows how far a backup by hand has come: on a terminal's standard error, and nowhere else. Ctrl-C cancels the backup, and a
 * second one ends this process.
 *
 * @param work begins it, and waits for its end.
 */
export async function withRunProgress<T>(
  client: Client,
  destinationId: number,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const following: Following = { client, destinationId, run: null, isCancelled: false };
  const cancel = () => {
    following.isCancelled = true;
    cancelIfBegun(following);
  };
  process.once('SIGINT', cancel);
  const showing = follow(following, done.signal);
  try {
    return await work();
  } catch (error) {
    // What somebody else cancelled is no interruption of this process.
    if (following.isCancelled && error instanceof CommandError && error.code === 'cancelled')
      throw new CommandError(INTERRUPTED, error.message);
    throw error;
  } finally {
    process.off('SIGINT', cancel);
    done.abort();
    await showing;
  }
}

interface Following {
  client: Client;
  destinationId: number;
  /** Null before it has begun, as behind another at the same destination. */
  run: BackupRun | null;
  isCancelled: boolean;
}

function cancelIfBegun({ client, run }: Following): void {
  // One that has ended meanwhile says so by what its request answers.
  if (run) void client.delete('/backups/runs/{id}', { path: { id: run.id } }).catch(() => undefined);
}

/** Until the request has ended. What cannot be told is not worth an error. */
async function follow(following: Following, signal: AbortSignal): Promise<void> {
  let shown = '';
  const write = (line: string) => {
    if (process.stderr.isTTY !== true) return;
    process.stderr.write(`\r${line.padEnd(shown.length)}`);
    shown = line;
  };
  try {
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal });
      const { runs } = await following.client.get('/backups/runs');
      const found = runs.find(
        ({ destination_id, why }) => destination_id === following.destinationId && why === 'by_hand',
      );
      if (!found || signal.aborted) continue;
      following.run = found;
      if (following.isCancelled && !found.is_cancelled) cancelIfBegun(following);
      write(describeRun(found));
    }
  } catch {
    // The request has ended, or the instance has.
  }
  if (shown === '') return;
  write('');
  process.stderr.write('\r');
}

/** "Writing to NAS: 12 MB of 40 MB, 3.1 MB/s". */
export function describeRun(run: BackupRun): string {
  const { step, destination, done_bytes, total_bytes, bytes_per_second, is_cancelled } = run;
  if (is_cancelled) return `Cancelling the backup to ${destination}`;
  const said = `${stepWords[step]} ${destination}`;
  if (total_bytes === null) return said;
  const rate = bytes_per_second === null ? '' : `, ${formatSize(bytes_per_second)}/s`;
  return `${said}: ${formatSize(done_bytes)} of ${formatSize(total_bytes)}${rate}`;
}
