#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { runCommandLine } from './cli/command-line.ts';

enableCompileCache();
process.exitCode = await runCommandLine(process.argv.slice(2));
