// `npm start`: installs what is missing, then starts the app.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { node, root, say, setUp } from './set-up.mjs';

setUp('start');
say('This version has no desktop window yet: running the headless instance.');
const child = spawn(node, [join(root, 'electron', 'headless.ts'), 'serve', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// Ctrl-C reaches the whole group; these come to this process alone.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined);
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
