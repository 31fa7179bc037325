import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../../kernel/app-error.ts';
import type { Destination } from './destination.ts';

export const probeSteps = ['write', 'read', 'list', 'delete'] as const;
export type ProbeStep = (typeof probeSteps)[number];

const failures: Record<ProbeStep, string> = {
  write: 'A file could not be written there.',
  read: 'What was written there could not be read back.',
  list: 'What was written there is not listed.',
  delete: 'What was written there could not be deleted again.',
};

/**
 * Writes a small file, reads it back, lists it and deletes it, as backups will. Throws what the destination does, with
 * the step that failed in words and in `details.step`.
 */
export async function probe(destination: Destination, signal: AbortSignal): Promise<void> {
  const folder = `temps-probe-${randomBytes(6).toString('hex')}`;
  const path = `${folder}/probe`;
  const content = randomBytes(32);
  const isListed = async () => (await destination.list(folder, signal)).some((file) => file.path === path);
  try {
    await take('write', () => destination.write(path, Readable.from([content]), signal));
    await take('read', async () => {
      const found = await buffer(await destination.read(path, signal));
      if (!found.equals(content)) throw refused('It is not what was written.');
    });
    await take('list', async () => {
      if (!(await isListed())) throw refused('It is not in the list.');
    });
  } catch (error) {
    // The step that failed is the one to be said.
    await destination.remove(path, signal).catch(() => undefined);
    throw error;
  }
  await take('delete', async () => {
    await destination.remove(path, signal);
    if (await isListed()) throw refused('It is still there.');
  });
}

const refused = (detail: string) => new AppError('destination_refused', detail);

async function take(step: ProbeStep, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${failures[step]} ${error.message}`, { cause: error, details: { step } });
  }
}
