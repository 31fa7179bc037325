#!/usr/bin/env -S node --disable-sigusr1 --disable-warning=ExperimentalWarning
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { leaveCoreFilesEmpty } from './instance/kernel/core-files.ts';
import { closeDebugDoors, findDebugDoor } from './instance/kernel/debug-doors.ts';

closeDebugDoors();
leaveCoreFilesEmpty();
// SECURITY: in the user's own folder. Node's default is a folder in /tmp that anyone could have made first, and
// what lies in it is run as code.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'temps-desktop'));
const { runCommandLine } = await import('./cli/command-line.ts');
// After the import: what a signal asked for before the first line is there by now.
const door = findDebugDoor();
if (door === null) process.exitCode = await runCommandLine(process.argv.slice(2));
else {
  process.stderr.write(`temps-desktop: ${door}\n`);
  process.exit(1);
}
