import { describeError, type Log } from './log.ts';

/** How long one part may take to stop. What is not done by then is taken up by the next start. */
export const STOP_MS = 8000;

export interface Part {
  readonly name: string;
  stop?(): Promise<void>;
}

/**
 * Stops one part after another, in this order, each within STOP_MS. What a part throws, or that it did not stop in time,
 * is logged, and the next one is stopped all the same. Never throws.
 */
export async function stopParts(parts: readonly Part[], log: Log): Promise<void> {
  for (const part of parts) await stopPart(part, log);
}

async function stopPart(part: Part, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), STOP_MS);
  });
  try {
    if ((await Promise.race([part.stop?.(), late])) === 'late')
      log.error({ part: part.name }, 'did not stop in time');
  } catch (error) {
    log.error({ part: part.name, error: describeError(error) }, 'failed to stop');
  } finally {
    clearTimeout(timer);
  }
}
