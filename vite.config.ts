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

/** The console: one build for browsers and for the desktop window. */
export default defineConfig({
  root: 'renderer',
  plugins: [react(), tailwindcss(), compressFiles()],
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
          // One file of what three pages or more share: a hundred small ones cost a page more than what it saves.
          groups: [{ name: 'shared', minShareCount: 3, test: /\/(renderer|node_modules)\// }],
        },
      },
    },
    // The dictionaries that judge a passphrase, loaded when one is typed.
    chunkSizeWarningLimit: 1100,
  },
});
