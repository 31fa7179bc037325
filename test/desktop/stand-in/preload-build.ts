import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '../../..');

let built: Promise<void> | null = null;

/** The preload where windows load it from, built from its source as it is now, once in a process. */
export function buildPreload(): Promise<void> {
  built ??= build();
  return built;
}

async function build(): Promise<void> {
  const folder = join(root, 'dist', 'desktop');
  mkdirSync(folder, { recursive: true });
  const bundle = await rolldown({ input: join(root, 'electron', 'preload.ts'), external: ['electron'] });
  await bundle.write({ file: join(folder, 'preload.cjs'), format: 'cjs' });
  await bundle.close();
}
