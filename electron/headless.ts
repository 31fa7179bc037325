#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// SECURITY: in the user's own folder. Node's default is a folder in /tmp that anyone could have made first, and
// what lies in it is run as code.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'temps-desktop'));
const { runCommandLine } = await import('./cli/command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
