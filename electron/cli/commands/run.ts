import { type Command, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { ownEnvironment } from '../own-environment.ts';
import { projectOptions, readScope } from '../project-scope.ts';
import { runProgram } from '../run-program.ts';

/** execve(2): limit for one string of the environment, including the name and `=` (MAX_ARG_STRLEN). */
const MAX_STRING_BYTES = 128 * 1024;
export const commands: Record<string, Command> = {
  run: {
    usage: 'run -p PROJECT [-e ENV] [--preserve-env] -- CMD ARGS…',
    summary:
      "Runs a program with the project's variables added to its environment; they override inherited ones, or with --preserve-env the other way round.",
    notes:
      'Exits as the program does: with its exit code, or by the signal that ended it; 127 if it does not exist, 126 if it cannot be run.\nReferences are resolved; if any value cannot be read, the program is not started.\nSignals are passed on to it, but for SIGUSR1: send that to the program itself. Those of the terminal (Ctrl-C) reach it once.',
    options: { ...projectOptions, 'preserve-env': { type: 'boolean' } },
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
      const keeps = invocation.values['preserve-env'] === true;
      for (const { key, value } of variables) {
        if (keeps && environment.has(key)) continue;
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
