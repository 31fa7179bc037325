import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The console: one build for browsers and for the desktop window. */
export default defineConfig({
  root: 'renderer',
  plugins: [react(), tailwindcss()],
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
