// Puts electron/headless.ts and what it imports into a few files of JavaScript, in dist/program: most of what a command takes
// is Node's looking for some five hundred modules. `npm start` and `npm test` build it; the installed command and the tests
// start it.
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'dist', 'program');
export const builtProgram = join(folder, 'headless.mjs');

/** What it is made from. The installed command (scripts/temps-desktop) asks the same with find(1). */
const sources = ['electron', 'package-lock.json'];
/** Packages of many small modules. The others are loaded as they are. */
const BUNDLED = [/^(hono|zod|croner|otpauth|drizzle-orm)$/, /^@(hono|asteasolutions|noble|scure)\//];
/** So long an instance may run that loads a file of an earlier build when it first needs it. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Whether nothing changed since it was built. A folder is younger than what was removed from it. */
export function isProgramBuilt() {
  if (!existsSync(builtProgram)) return false;
  const builtAt = statSync(builtProgram).mtimeMs;
  const isOlder = (path) => statSync(path).mtimeMs <= builtAt;
  return sources.every((name) => {
    const path = join(root, name);
    if (!isOlder(path)) return false;
    if (!statSync(path).isDirectory()) return true;
    return readdirSync(path, { recursive: true }).every((below) => isOlder(join(path, below)));
  });
}

/**
 * Builds it, unless nothing changed since. Files of an earlier build stay for the instances that run from them; the entry, which
 * names the others, is exchanged in one step.
 */
export async function buildProgram() {
  if (isProgramBuilt()) return;
  const began = Date.now();
  // Loaded by what builds alone: `npm start` asks first, with what Node has.
  const { build } = await import('vite');
  const entry = `.headless-${process.pid}.mjs`;
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: BUNDLED },
    plugins: [originalPlaces],
    build: {
      ssr: true,
      target: 'esnext',
      minify: false,
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        input: { headless: join(root, 'electron', 'headless.ts') },
        // Constants stay where tests find them.
        optimization: { inlineConst: false },
        output: { entryFileNames: entry, chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  // What was changed while it was built is younger than it.
  utimesSync(join(folder, entry), new Date(), new Date(began));
  renameSync(join(folder, entry), builtProgram);
  for (const path of listFiles()) if (statSync(path).mtimeMs < began - KEPT_MS) rmSync(path, { force: true });
}

const listFiles = () => readdirSync(folder).map((name) => join(folder, name));

/** The files of the last build: each is written after the time that its entry has. */
export function listBuilt() {
  const builtAt = statSync(builtProgram).mtimeMs;
  return listFiles().filter((path) => statSync(path).mtimeMs >= builtAt);
}

/** Helper programs, migrations and the console are found where they are. */
const originalPlaces = {
  name: 'original-places',
  transform(code, id) {
    if (!id.startsWith(join(root, 'electron'))) return null;
    const place = (path) => `import.meta.dirname + ${JSON.stringify(`/${relative(folder, path)}`)}`;
    const moved = `({ dirname: ${place(dirname(id))}, filename: ${place(id)} })`;
    return { code: code.replaceAll(/\bimport\.meta\b/g, moved), map: null };
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildProgram();
