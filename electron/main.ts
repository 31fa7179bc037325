import { app, protocol } from 'electron';
import { findGroupWord } from './cli/registry.ts';
import { runDesktop } from './desktop/lifecycle.ts';
import { settleUserData } from './desktop/user-data.ts';
import { utilityProcesses } from './desktop/utility-processes.ts';
import { SCHEME } from './desktop/window/app-origin.ts';

const words = process.argv.slice(app.isPackaged ? 1 : 2);
if (findGroupWord(words)) {
  // The same program is the command line, so that what the documents say works where only this is installed. Not
  // awaited here: the program is not ready before this file is done.
  void import('./cli/command-line.ts')
    .then(({ runCommandLine }) => runCommandLine(words, utilityProcesses))
    .then((code) => app.exit(code));
} else if (isFirst()) {
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

function isFirst(): boolean {
  settleUserData();
  return app.requestSingleInstanceLock();
}
