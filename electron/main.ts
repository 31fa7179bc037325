import { app, protocol } from 'electron';
import { findCommand } from './cli/registry.ts';
import { debugSwitches } from './desktop/debug-switches.ts';
import { runDesktop } from './desktop/lifecycle.ts';
import type { HandedOver } from './desktop/other-version.ts';
import { settleUserData } from './desktop/user-data.ts';
import { utilityProcesses } from './desktop/utility-processes.ts';
import { SCHEME } from './desktop/window/app-origin.ts';
import { leaveCoreFilesEmpty } from './instance/kernel/core-files.ts';
import { closeDebugDoors } from './instance/kernel/debug-doors.ts';
import { describeError } from './instance/kernel/log.ts';

closeDebugDoors();
leaveCoreFilesEmpty();
const words = process.argv.slice(app.isPackaged ? 1 : 2);
const command = findCommand(words);
// SECURITY: whoever says one of these would see what is revealed, and act as the owner. Chromium listens later than here.
const door = app.isPackaged && debugSwitches.find((name) => app.commandLine.hasSwitch(name));
try {
  if (door) giveUp(`Temps does not start with --${door}: another program could read the key.`);
  else if (command) runCommand(command);
  else if (isFirst()) openDesktop();
  // The first one was told, and comes to the front.
  else app.quit();
} catch (error) {
  // Electron would show it, and go on without a window.
  giveUp(`Temps could not start: ${describeError(error)}`);
}

/**
 * The same program is the command line, so that what the documents say works where only this is installed. Not awaited:
 * the program is not ready before this file is done.
 */
function runCommand(command: string[]): void {
  // Without a listener Electron shows a dialog, where there may be no display, and does not end.
  process.on('uncaughtException', (error) => giveUp(`temps-desktop: ${describeError(error)}`));
  void import('./cli/command-line.ts')
    .then(({ runCommandLine }) => runCommandLine(command, utilityProcesses))
    .then(
      (code) => app.exit(code),
      (error: unknown) => giveUp(`temps-desktop: ${describeError(error)}`),
    );
}

function openDesktop(): void {
  // A scheme is known before the program is ready, or never.
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
  void runDesktop(words);
}

function isFirst(): boolean {
  settleUserData();
  return app.requestSingleInstanceLock({ version: app.getVersion() } satisfies HandedOver);
}

function giveUp(reason: string): void {
  process.stderr.write(`${reason}\n`);
  app.exit(1);
}
