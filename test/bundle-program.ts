import { globSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'vite';
import { quickFactors } from './work-factor.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist', 'test-program');
export const bundledProgram = join(folder, 'headless.mjs');

/** Packages of many small modules. The others are loaded as they are. */
const BUNDLED = [/^(hono|zod|croner|otpauth|drizzle-orm)$/, /^@(hono|asteasolutions|noble|scure)\//];

/**
 * What tests start as `electron/headless.ts`: the same code in a few files, built unless nothing changed since. Most of
 * what a command takes is Node's looking for some five hundred modules, and the tests start a thousand commands.
 */
export async function bundleProgram(): Promise<void> {
  const sources = globSync('electron/**/*.ts', { cwd: root });
  const changedAt = (file: string) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = Math.max(...[...sources, 'package-lock.json', 'test/bundle-program.ts'].map(changedAt));
  if (changedAt(relative(root, bundledProgram)) > newest) return;
  rmSync(folder, { recursive: true, force: true });
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: BUNDLED },
    plugins: [
      {
        name: 'original-places',
        // Helper programs, migrations and the console are found where they are.
        transform(code, id) {
          if (!id.startsWith(join(root, 'electron'))) return null;
          const place = JSON.stringify({ dirname: dirname(id), filename: id });
          const moved = code.replaceAll(/\bimport\.meta\b/g, `(${place})`);
          return { code: moved, map: null };
        },
        generateBundle(_options, bundle) {
          const code = Object.values(bundle).map((file) => ('code' in file ? file.code : ''));
          const lost = quickFactors.find(({ ours }) => code.join('').split(ours).length !== 2);
          if (lost) throw new Error(`${lost.ours} is not in the program once.`);
        },
      },
    ],
    build: {
      ssr: true,
      target: 'esnext',
      minify: false,
      outDir: folder,
      rolldownOptions: {
        input: { headless: join(root, 'electron', 'headless.ts') },
        // Constants stay where tests find them.
        optimization: { inlineConst: false },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
}
