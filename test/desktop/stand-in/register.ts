import { registerHooks } from 'node:module';
import { join } from 'node:path';

/**
 * Makes Node look like Electron to a program: `node … --import …/register.ts electron/main.ts`, with the flags of
 * launch.ts. The module `electron` is the stand-in, and the process says what it says in Electron; the program itself is
 * untouched.
 */
const standIn = new URL('./electron.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

const { devDependencies } = (await import('../../../package.json', { with: { type: 'json' } })).default;
Object.defineProperty(process.versions, 'electron', { value: devDependencies.electron, enumerable: true });
Object.defineProperty(process, 'type', { value: 'browser', enumerable: true });
Object.defineProperty(process, 'resourcesPath', {
  value: join(import.meta.dirname, '../../../resources'),
  enumerable: true,
});
// What the desktop does on another system alone. Its own files see that system; everything below them, such as native
// modules, stays on this one.
const pretended = process.env.STAND_IN_PLATFORM as NodeJS.Platform | undefined;
if (pretended) {
  const { platform } = process;
  Object.defineProperty(process, 'platform', {
    get: () => (isAskedByDesktop() ? pretended : platform),
    enumerable: true,
  });
}

function isAskedByDesktop(): boolean {
  // Two lines are this file's, after the error's own; then comes who asks.
  const asker = new Error().stack?.split('\n')[3] ?? '';
  return asker.includes('/electron/desktop/');
}
