import { app, protocol } from 'electron';
import { SCHEME } from './desktop/app-origin.ts';
import { findCommand } from './desktop/command-words.ts';
import { runDesktop } from './desktop/lifecycle.ts';

const words = process.argv.slice(app.isPackaged ? 1 : 2);
if (findCommand(words)) {
  // The same program is the command line, so that what the documents say works where only this is installed.
  const { runCommandLine } = await import('./cli/command-line.ts');
  app.exit(await runCommandLine(words));
} else if (app.requestSingleInstanceLock()) {
  // A scheme is known before the program is ready, or never.
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
  // SECURITY: every page there will ever be runs in the sandbox.
  app.enableSandbox();
  void runDesktop(words);
} else {
  // The first one was told, and comes to the front.
  app.quit();
}
