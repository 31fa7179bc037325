// `npm run build:desktop`: what Electron cannot run as it is written. In development that is the preload alone; a
// package, which may hold no TypeScript, takes everything (`--package`).
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A sandboxed preload is one CommonJS file that can require `electron` and little else. */
async function bundlePreload() {
  const [bundle] = await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      target: 'esnext',
      minify: false,
      lib: { entry: 'electron/preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
      rolldownOptions: { external: ['electron'] },
    },
  });
  const folder = join(root, 'dist', 'desktop');
  mkdirSync(folder, { recursive: true });
  // In one step: a window that opens meanwhile reads the old one or the new one.
  const written = join(folder, `.preload-${process.pid}`);
  writeFileSync(written, bundle.output[0].code);
  renameSync(written, join(folder, 'preload.cjs'));
}

/**
 * One file of JavaScript for each of TypeScript, in the same places: workers and child processes are found there.
 * Types are checked by `npm run types`, not again.
 */
function compile() {
  const out = join(root, 'dist', 'electron');
  rmSync(out, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  const migrations = join('instance', 'store', 'migrations');
  // The generator's snapshots are what the next migration is made from: nothing runs them.
  cpSync(join(root, 'electron', migrations), join(out, migrations), {
    recursive: true,
    filter: (path) => !path.endsWith('_snapshot.json'),
  });
}

await bundlePreload();
if (process.argv.includes('--package')) compile();
