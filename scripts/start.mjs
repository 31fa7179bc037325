// `npm start`: installs what is missing, then opens the desktop, or runs the headless instance where that cannot
// open. `npm start -- --headless` runs that at once; `--fetch-desktop` fetches Electron although it failed before.
import { spawn } from 'node:child_process';
import { url } from 'node:inspector';
import { join } from 'node:path';
import { builtProgram, isProgramBuilt } from './build-program.mjs';
import { findDesktop, readStartWords, startDesktop } from './desktop-runtime.mjs';
import { node, root, say, setUp } from './set-up.mjs';

// SECURITY: a debugger would listen for every account of this machine, and what is started here would be theirs.
process.on('SIGUSR1', () => undefined);
if (url() !== undefined) {
  say('A debugger can attach to this process. Start without --inspect, also in NODE_OPTIONS.');
  process.exit(1);
}
const { isHeadless, mustFetch, rest } = readStartWords(process.argv.slice(2));
setUp('start');
const child = (await openDesktop()) ?? runHeadless();
// Ctrl-C reaches the whole group; these come to this process alone.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined);
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

async function openDesktop() {
  if (isHeadless) return null;
  const found = await findDesktop({
    modules: join(root, 'node_modules'),
    node,
    env: process.env,
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    words: rest,
    mustFetch,
    say,
    onProgress: process.stderr.isTTY ? showProgress : undefined,
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if ('program' in found) return startDesktop(found.program, root, rest, process.env);
  say(`Without a window: ${found.reason}. Running the headless instance.`);
  return null;
}

function runHeadless() {
  const entry = isProgramBuilt() ? builtProgram : join(root, 'electron', 'headless.ts');
  const program = ['--disable-sigusr1', entry];
  return spawn(node, [...program, 'serve', ...rest], { stdio: 'inherit' });
}

/** One line that is written over; a file or a pipe gets none of it. */
function showProgress(bytes) {
  process.stderr.write(`\r${Math.floor(bytes / 1024 / 1024)} MB`);
}
