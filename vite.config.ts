import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Smaller ones travel as they are. */
const LEAST_BYTES = 1024;
/** As small as each can, since it is done once. */
const compressors = {
  br: promisify<Buffer, Buffer>(brotliCompress),
  zst: (bytes: Buffer) =>
    promisify(zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }),
  gz: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
};

/** Puts what an instance sends compressed beside each file. The page is not among them: it is another in each answer. */
function compressFiles(): Plugin {
  return {
    name: 'compress-files',
    // Once all is written: the build changes its files to the last.
    async writeBundle({ dir = '' }, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name));
      await Promise.all(
        names.map(async (name) => {
          const bytes = await readFile(join(dir, name));
          if (bytes.length < LEAST_BYTES) return;
          for (const [ending, compress] of Object.entries(compressors))
            await writeFile(join(dir, `${name}.${ending}`), await compress(bytes));
        }),
      );
    },
  };
}

/** Puts the styles after what the page shows meanwhile: a browser draws nothing that follows them until they are there. */
const laterStyles: Plugin = {
  name: 'later-styles',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      const [link = ''] = /\n *<link rel="stylesheet"[^>]*>/.exec(html) ?? [];
      return html.replace(link, '').replace('<div id="root">', `${link.trim()}\n    <div id="root">`);
    },
  },
};

const ICONS = /\/lucide-react\//;
/** They name all that their package has; what of it is used is not theirs to say. */
const BARRELS = /\/(lucide-react|radix-ui)\//;
/** What the entry imports at once. */
let eager: Set<string> | null = null;
interface Modules {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

function isEager(id: string, modules: Modules): boolean {
  if (eager === null) {
    eager = new Set();
    const open = [join(import.meta.dirname, 'renderer/main.tsx')];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (eager.has(next) || BARRELS.test(next)) continue;
      eager.add(next);
      open.push(...(modules.getModuleInfo(next)?.importedIds ?? []));
    }
  }
  return eager.has(id);
}

/** The console: one build for browsers and for the desktop window. */
export default defineConfig({
  root: 'renderer',
  plugins: [react(), tailwindcss(), laterStyles, compressFiles()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: ['chrome120', 'firefox121', 'safari17.5'],
    // No inline data: everything comes from our own origin under its own name.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What the first view needs, and no more: on a slow network that is most of the wait.
            { name: (id, modules) => (isEager(id, modules) ? 'core' : null), priority: 3 },
            // Many, and small: some of them are on every page.
            { name: 'core', test: ICONS, minShareCount: 2, priority: 2 },
            // One file of what most pages share, one of what three or more do: a hundred small ones cost a page more than
            // what they save.
            { name: 'parts', minShareCount: 10, test: /\/(renderer|node_modules)\//, priority: 1 },
            { name: 'shared', minShareCount: 3, test: /\/(renderer|node_modules)\//, priority: 0 },
          ],
        },
      },
    },
    // The dictionaries that judge a passphrase, loaded when one is typed.
    chunkSizeWarningLimit: 1100,
  },
});
