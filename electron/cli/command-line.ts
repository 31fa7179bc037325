import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { ProcessHost } from '../instance/instance.ts';
import { AppError } from '../instance/kernel/app-error.ts';
import type { Command, Invocation, OptionValues } from './command.ts';
import { CommandError, usageError } from './command-error.ts';
import { exitCodes, toExitCode } from './exit-code.ts';
import { listArgumentWords } from './line/argument-words.ts';
import { describeFields } from './line/field-words.ts';
import { unknownArgument, unknownCommand, unknownOption, unknownSubcommand } from './line/wrong-words.ts';
import { formatOverview, groups } from './registry.ts';
import { formatJson, writeForPeople } from './terminal-text.ts';

const globalOptions = {
  'data-dir': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

/**
 * Runs one command line and returns its exit code. Never throws.
 *
 * @param processes how an instance in this process starts processes; by default as Node does.
 */
export async function runCommandLine(given: string[], processes?: ProcessHost): Promise<number> {
  watchOutput();
  const args = moveLeadingOptions(given);
  const wantsJson = args.slice(0, args.indexOf('--') >>> 0).includes('--json');
  try {
    const code = await dispatch(args, processes);
    const lost = await findLostOutput();
    if (lost === null || code !== exitCodes.done) return code;
    throw new CommandError(
      'output_lost',
      `It was done, but what it has to say could not be written (${lost}).`,
    );
  } catch (error) {
    const code = report(error, wantsJson);
    if (code === exitCodes.interrupted) {
      const { endBy } = await import('./run-program.ts');
      await endBy('SIGINT');
    }
    return code;
  }
}

/** Why standard output took no more: the code of the first error. */
let lostOutput: string | null = null;
let isOutputWatched = false;

/**
 * A disk that is full, or a terminal that is gone, takes no output. No command ends by that in the middle of its work: it is said
 * once it is done.
 */
function watchOutput(): void {
  lostOutput = null;
  if (isOutputWatched) return;
  isOutputWatched = true;
  process.stdout.on('error', ({ code, name }: NodeJS.ErrnoException) => {
    // `| head` closes the pipe when it has enough: that is not an error.
    if (code !== 'EPIPE') lostOutput ??= code ?? name;
  });
  // Where standard error is gone, there is nowhere to say it.
  process.stderr.on('error', () => undefined);
}

async function findLostOutput(): Promise<string | null> {
  // A stream tells of its errors behind what is under way.
  await new Promise((resolve) => setImmediate(resolve));
  return lostOutput;
}

/** `--data-dir D status` is `status --data-dir D`: global options may come before the command. */
function moveLeadingOptions(args: string[]): string[] {
  let at = 0;
  for (; at < args.length; at++) {
    if (args[at] === '--data-dir') at += 1;
    else if (args[at] !== '--json' && !args[at]?.startsWith('--data-dir=')) break;
  }
  const command = args.slice(at);
  const end = command.indexOf('--') >>> 0;
  return [...command.slice(0, end), ...args.slice(0, at), ...command.slice(end)];
}

async function dispatch(args: string[], processes: ProcessHost | undefined): Promise<number> {
  const [first] = args;
  // `help env set` is `env set --help`.
  if (first === 'help' && args[1] !== undefined && !args[1].startsWith('-'))
    return await dispatch([...args.slice(1), '--help'], processes);
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    writeForPeople(process.stdout, formatOverview());
    return first === undefined ? exitCodes.usage : exitCodes.done;
  }
  if (first === '--version') {
    const { readAppVersion } = await import('../instance/kernel/app-version.ts');
    process.stdout.write(`temps-desktop ${readAppVersion()}\n`);
    return exitCodes.done;
  }
  const group = Object.hasOwn(groups, first) ? groups[first] : undefined;
  if (!group) throw unknownCommand(first, groups);
  const commands = new Map(Object.entries((await group.load()).commands));
  const name = [args.slice(0, 2).join(' '), first].find((candidate) => commands.has(candidate));
  const command = name === undefined ? undefined : commands.get(name);
  if (!command || name === undefined) {
    const usages = `${first} needs one of:\n  ${[...commands.values()].map(({ usage }) => usage).join('\n  ')}`;
    const [, second = ''] = args;
    if (!['help', '--help', '-h'].includes(second))
      throw second === '' || second.startsWith('-')
        ? usageError(usages)
        : unknownSubcommand(first, second, commands);
    writeForPeople(process.stdout, `${usages}\n`);
    return exitCodes.done;
  }
  return await runCommand(name, command, args.slice(name.split(' ').length), processes);
}

async function runCommand(
  name: string,
  command: Command,
  args: string[],
  processes: ProcessHost | undefined,
): Promise<number> {
  const { values, positionals, rest } = parse(command, args);
  if (values.help) {
    writeForPeople(
      process.stdout,
      `usage: temps-desktop ${command.usage}\n\n${command.summary}\n${command.notes ? `\n${command.notes}\n` : ''}`,
    );
    return exitCodes.done;
  }
  const wrong = command.findMisuse?.(positionals) ?? findWrongWord(name, command, positionals);
  if (wrong) throw usageError(`${wrong}\nusage: temps-desktop ${command.usage}`);
  const [min, max] = command.positionals ?? [0, 0];
  if (positionals.length < min || positionals.length > max)
    throw usageError(`usage: temps-desktop ${command.usage}`);
  const { resolveDataDir } = await import('../instance/store/data-directory.ts');
  const dataDir = resolveDataDir(values['data-dir'] as string | undefined);
  const json = values.json === true;
  const invocation: Invocation = {
    dataDir,
    processes,
    json,
    values,
    positionals,
    rest,
    async connect({ mayCreate = false } = {}) {
      const { connect } = await import('./client.ts');
      return await connect(dataDir, mayCreate, processes);
    },
    print(data, forPeople) {
      if (json) process.stdout.write(`${formatJson(data, 2)}\n`);
      else writeForPeople(process.stdout, `${forPeople()}\n`);
    },
  };
  return await command.run(invocation);
}

function findWrongWord(name: string, { usage }: Command, [first]: readonly string[]): string | undefined {
  const words = listArgumentWords(name, usage);
  if (first === undefined || words.length === 0 || words.includes(first)) return undefined;
  return unknownArgument(name, first, words);
}

function parse(
  command: Command,
  args: string[],
): { values: OptionValues; positionals: string[]; rest: string[] } {
  const split = args.indexOf('--');
  const own = split < 0 ? args : args.slice(0, split);
  const options: ParseArgsOptionsConfig = { ...globalOptions, ...command.options };
  try {
    const { values, positionals } = parseArgs({
      args: own,
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as OptionValues, positionals, rest: split < 0 ? [] : args.slice(split + 1) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [, unknown] = /^Unknown option '(.*?)'/s.exec(message) ?? [];
    const said =
      code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && unknown !== undefined
        ? unknownOption(unknown, Object.keys(options))
        : `${message.split('.')[0]}.`;
    throw usageError(`${said}\nusage: temps-desktop ${command.usage}`);
  }
}

/** One line on standard error, or with --json one object; never a stack trace. */
function report(error: unknown, wantsJson: boolean): number {
  const known = toKnown(error);
  if (wantsJson) {
    process.stderr.write(
      `${formatJson({ error_code: known.code, detail: known.message, errors: known.fields, details: known.details })}\n`,
    );
  } else {
    const [message = '', ...more] = describeFields(known.message, known.fields);
    // A usage has the name of the program in it.
    const isUsage = message.startsWith('usage: temps-desktop ');
    writeForPeople(process.stderr, `${isUsage ? '' : 'temps-desktop: '}${message}\n`);
    for (const line of more) writeForPeople(process.stderr, `  ${line}\n`);
  }
  return toExitCode(known.code);
}

function toKnown(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof AppError)
    return new CommandError(error.code, error.message, error.fields, error.details);
  const { name, code, stack } = error as NodeJS.ErrnoException;
  // SECURITY: the message of an unexpected error may quote its input.
  if (process.env.TEMPS_DEBUG) process.stderr.write(`${stack}\n`);
  return new CommandError(
    'internal_error',
    `Unexpected error (${name}${typeof code === 'string' ? ` ${code}` : ''}). Set TEMPS_DEBUG=1 to see where.`,
  );
}
