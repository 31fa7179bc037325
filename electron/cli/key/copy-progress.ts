import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';

/** How often a terminal's line is written again. */
const LOOK_MS = 100;

const stageWords: Record<Schemas['KeyCopyStage'], string> = {
  creating: 'Encrypting the copy',
  reading: 'Decrypting the copy',
};

/**
 * Shows how far a request about a copy has come, where it takes seconds: on a terminal's standard error, and nowhere else.
 *
 * @param work sends the request, with this in its body.
 */
export async function withCopyProgress<T>(
  client: Client,
  work: (named: { progress_id?: string }) => Promise<T>,
): Promise<T> {
  if (process.stderr.isTTY !== true) return await work({});
  const id = randomUUID();
  const done = new AbortController();
  const showing = show(client, id, done.signal);
  try {
    return await work({ progress_id: id });
  } finally {
    done.abort();
    await showing;
  }
}

/** Until the request has ended. What cannot be told is not worth an error. */
async function show(client: Client, id: string, signal: AbortSignal): Promise<void> {
  let shown = '';
  const write = (line: string) => {
    process.stderr.write(`\r${line.padEnd(shown.length)}`);
    shown = line;
  };
  try {
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal });
      const { under_way } = await client.get('/vault/key/copies/progress');
      const found = under_way.find((each) => each.id === id);
      if (found && !signal.aborted) write(`${stageWords[found.stage]}: ${found.percent} %`);
    }
  } catch {
    // The request has ended, or the instance has.
  }
  if (shown !== '') {
    write('');
    process.stderr.write('\r');
  }
}
