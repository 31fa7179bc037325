// Generates the next SQL migration from the drizzle schema, then makes its tables STRICT, which drizzle-kit
// cannot say. Usage: npm run migration -- NAME [--custom]
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'electron/instance/store/migrations';
const name = process.argv[2];
if (!name) {
  console.error('usage: npm run migration -- NAME');
  process.exit(2);
}
const kit = spawnSync(
  process.execPath,
  ['node_modules/drizzle-kit/bin.cjs', 'generate', '--name', name, ...process.argv.slice(3)],
  {
    stdio: 'inherit',
  },
);
if (kit.status !== 0) process.exit(kit.status ?? 1);
const newest = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .at(-1);
const path = join(folder, newest);
const text = readFileSync(path, 'utf8');
writeFileSync(path, text.replaceAll(/^\);$/gm, ') STRICT;'));
