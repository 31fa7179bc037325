import type { Schemas } from '../api-request.ts';
import { findRunning, resolveVariables } from '../client.ts';
import { type Command, findTexts, type Invocation } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { noSuch } from '../line/missing-names.ts';
import { ownEnvironment } from '../own-environment.ts';
import { projectOptions, readScope } from '../project-scope.ts';
import { LEAST_MASKED, listMasked } from '../run/masking.ts';
import { openValueFiles, type ValueFiles } from '../run/value-files.ts';
import { watchVariables } from '../run/watch.ts';
import { type NextStart, runProgram } from '../run-program.ts';
import { writeForPeople } from '../terminal-text.ts';

/** execve(2): limit for one string of the environment, including the name and `=` (MAX_ARG_STRLEN). */
const MAX_STRING_BYTES = 128 * 1024;
export const commands: Record<string, Command> = {
  run: {
    usage:
      'run -p PROJECT [-e ENV] [--watch] [--preserve-env] [--mask] [--files] [--file NAME=VAR]… -- CMD ARGS…',
    summary:
      "Runs a program with the project's variables added to its environment; they override inherited ones, or with --preserve-env the other way round.",
    notes: `Exits as the program does: with its exit code, or by the signal that ended it; 127 if it does not exist, 126 if it cannot be run.
References are resolved; if any value cannot be read, the program is not started.
Signals are passed on to it, but for SIGUSR1: send that to the program itself. Those of the terminal (Ctrl-C) reach it once. In a unit of systemd, set KillMode=mixed: otherwise systemd sends SIGTERM to both, and the program may get it twice.
--watch restarts it when a variable has another value, with SIGTERM, and SIGKILL after five seconds; at most five times in a minute. It needs a running instance.
--mask replaces secret values by •••• in what the program writes, also as JSON and URLs write them. Its output is no terminal then. Values under ${LEAST_MASKED} characters are not masked.
--files writes each secret to a file in memory that this account alone can read, and gives the program its path in NAME_FILE in place of the value; --file NAME=VAR does so with one variable, by a name of your choice. The files are removed when the program ends, or by the next such run.`,
    options: {
      ...projectOptions,
      watch: { type: 'boolean' },
      'preserve-env': { type: 'boolean' },
      mask: { type: 'boolean' },
      files: { type: 'boolean' },
      file: { type: 'string', multiple: true },
    },
    findMisuse: ([program]) =>
      program === undefined
        ? undefined
        : `The program and its arguments stand behind --: temps-desktop run -p PROJECT -- ${program} …`,
    async run(invocation) {
      const { project, env } = readScope(invocation);
      const [program, ...args] = invocation.rest;
      if (program === undefined) throw usageError('Give the command to run after --.');
      const asked = readFileNames(invocation);
      const { dataDir, processes } = invocation;
      // The data directory is released before the program starts: it may be `temps-desktop` itself.
      const variables = await resolveVariables(dataDir, { project, env }, processes);
      const isWatching = invocation.values.watch === true;
      if (isWatching && (await findRunning(dataDir)) === null)
        throw new CommandError(
          'not_found',
          'run --watch needs a running instance, which tells of changes. Start it with: temps-desktop serve',
        );
      let files: ValueFiles | null = null;
      const prepare = (current: readonly Resolved[]): NextStart => {
        const wanted = nameFiles(invocation, asked, current);
        return {
          makeEnvironment() {
            files?.remove();
            files = wanted.size > 0 ? openValueFiles() : null;
            return makeEnvironment(invocation, current, wanted, files);
          },
          masked: invocation.values.mask === true ? listSecrets(current) : [],
        };
      };
      try {
        const first = prepare(variables);
        return await runProgram(program, args, first.makeEnvironment(), {
          masked: first.masked,
          onEnd: () => files?.remove(),
          ...(isWatching
            ? {
                watch: (restart) =>
                  watchVariables(invocation.dataDir, { project, env }, variables, (changed) =>
                    restart(prepare(changed)),
                  ),
              }
            : {}),
        });
      } finally {
        (files as ValueFiles | null)?.remove();
      }
    },
  },
};

type Resolved = Schemas['ResolvedVariable'];

/** Of each --file: the name in the environment by that of the variable. */
function readFileNames(invocation: Invocation): Map<string, string> {
  const names = new Map<string, string>();
  for (const text of findTexts(invocation, 'file')) {
    const [, name, key] = /^([A-Za-z_][A-Za-z0-9_]*)=([A-Za-z_][A-Za-z0-9_]*)$/.exec(text) ?? [];
    if (name === undefined || key === undefined) throw usageError('--file must be NAME=VARIABLE.');
    names.set(key, name);
  }
  return names;
}

/** The variables that become files, with the name of each path. */
function nameFiles(
  { values }: Invocation,
  asked: ReadonlyMap<string, string>,
  variables: readonly Resolved[],
): Map<string, string> {
  const known = new Set(variables.map(({ key }) => key));
  for (const key of asked.keys()) if (!known.has(key)) throw noSuch('variable', key, [...known]);
  const names = new Map(asked);
  if (values.files === true)
    for (const { key, is_secret } of variables)
      if (is_secret && !names.has(key)) names.set(key, `${key}_FILE`);
  return names;
}

function makeEnvironment(
  { values }: Invocation,
  variables: readonly Resolved[],
  wanted: ReadonlyMap<string, string>,
  files: ValueFiles | null,
): NodeJS.ProcessEnv {
  const environment = new Map(Object.entries(ownEnvironment()));
  const inherited = new Set(environment.keys());
  const keeps = values['preserve-env'] === true;
  for (const { key, value } of variables) {
    const name = wanted.get(key);
    if (keeps && inherited.has(name ?? key)) continue;
    if (name !== undefined && files !== null) {
      // What is inherited by its name would be a value all the same.
      environment.delete(key);
      environment.set(name, files.add(key, value));
      continue;
    }
    if (process.platform === 'linux' && Buffer.byteLength(value) + key.length + 2 > MAX_STRING_BYTES) {
      throw new CommandError(
        'secret_too_large',
        `${key} is over 128 KiB, more than Linux allows for one variable; --file NAME=${key} has no limit.`,
      );
    }
    environment.set(key, value);
  }
  // By definition and not by assignment: a variable may be called __proto__.
  return Object.fromEntries(environment);
}

/** SECURITY: said by name alone. */
function listSecrets(variables: readonly Resolved[]): Buffer[] {
  const secrets = variables.filter(({ is_secret, value }) => is_secret && value !== '');
  const short = secrets.filter(({ value }) => [...value].length < LEAST_MASKED).map(({ key }) => key);
  if (short.length > 0)
    writeForPeople(
      process.stderr,
      `temps-desktop: not masked, since under ${LEAST_MASKED} characters: ${short.join(', ')}\n`,
    );
  return listMasked(secrets.map(({ value }) => value));
}
