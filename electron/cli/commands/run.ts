import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { withUsualCoreFiles } from '../../instance/kernel/core-files.ts';
import { type Command, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { ownEnvironment } from '../own-environment.ts';
import { projectOptions, readScope } from '../project-scope.ts';

/** execve(2): limit for one string of the environment, including the name and `=` (MAX_ARG_STRLEN). */
const MAX_STRING_BYTES = 128 * 1024;
/** As in shells. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const SIGNAL_BASE = 128;
/** Not SIGUSR1: it would open a debugger, so it is turned off (kernel/debug-doors.ts). */
const forwarded: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

export const commands: Record<string, Command> = {
  run: {
    usage: 'run -p PROJECT [-e ENV] -- CMD ARGS…',
    summary:
      "Runs a program with the project's variables added to its environment; they override inherited ones.",
    notes:
      'Exits with the exit code of the program, 127 if it does not exist, or 128 + n if signal n ended it.\nReferences are resolved; if any value cannot be read, the program is not started.\nSignals are passed on to it, but for SIGUSR1: send that to the program itself.',
    options: projectOptions,
    async run(invocation) {
      const { project, env } = readScope(invocation);
      const [program, ...args] = invocation.rest;
      if (program === undefined) throw usageError('Give the command to run after --.');
      // The data directory is released before the program starts: it may be `temps-desktop` itself.
      const { variables } = await withClient(invocation, (client) =>
        client.get('/projects/{project}/variables/resolved', {
          path: { project },
          query: { environment: env },
        }),
      );
      const environment = new Map(Object.entries(ownEnvironment()));
      for (const { key, value } of variables) {
        if (process.platform === 'linux' && Buffer.byteLength(value) + key.length + 2 > MAX_STRING_BYTES) {
          throw new CommandError(
            'secret_too_large',
            `${key} is over 128 KiB, more than Linux allows for one variable.`,
          );
        }
        environment.set(key, value);
      }
      // By definition and not by assignment: a variable may be called __proto__.
      return await runProgram(program, args, Object.fromEntries(environment));
    },
  },
};

function runProgram(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const child = withUsualCoreFiles(() => spawn(program, args, { stdio: 'inherit', env }));
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    for (const signal of forwarded) process.on(signal, forward);
    const finish = (code: number) => {
      for (const signal of forwarded) process.off(signal, forward);
      resolve(code);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      process.stderr.write(`temps-desktop: cannot run ${program} (${error.code}).\n`);
      finish(error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE);
    });
    child.once('exit', (code, signal) =>
      finish(code ?? SIGNAL_BASE + constants.signals[signal as NodeJS.Signals]),
    );
  });
}
