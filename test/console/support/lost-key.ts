import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestConsole } from './console.ts';

/** A project `shop` with these secret variables. */
export async function seedShop(opened: TestConsole, secrets: Record<string, string>): Promise<void> {
  await opened.api('POST', '/projects', { name: 'shop' });
  for (const [key, value] of Object.entries(secrets))
    await opened.api('POST', '/projects/shop/env-vars', { key, value, is_secret: true });
}

/** The 24 words of the active key, as a copy that was made and not proven. */
export async function takeWords(opened: TestConsole): Promise<string[]> {
  const { words, id } = await makeWords(opened);
  await opened.api('POST', `/vault/key/copies/${id}/finish`);
  return words;
}

async function makeWords(opened: TestConsole) {
  const made = await opened.api('POST', '/vault/key/copies', { format: 'words', place: 'desk drawer' });
  return { words: made.words as string[], id: made.copy.id, positions: made.proof.positions as number[] };
}

/** The same, proven by three of them. */
export async function proveWords(opened: TestConsole): Promise<string[]> {
  const { words, id, positions } = await makeWords(opened);
  await opened.api('POST', `/vault/key/copies/${id}/prove`, { words: positions.map((at) => words[at - 1]) });
  return words;
}

/** Stops the instance, takes its key file away, starts it again: locked, because the key is missing. */
export async function loseKey(opened: TestConsole): Promise<void> {
  await opened.served.stop();
  rmSync(join(opened.dataDir, 'encryption_key'));
  await opened.restart();
}

/** Locked, then given up by its name: what was sealed is on the recovery list. */
export async function startOver(opened: TestConsole): Promise<void> {
  await loseKey(opened);
  const { instance } = await opened.api('GET', '/vault/status');
  await opened.api('POST', '/vault/start-over', { instance_name: instance.name });
}
