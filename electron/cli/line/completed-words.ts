import type { Command, CommandGroup } from '../command.ts';
import { listArgumentWords } from './argument-words.ts';
import type { NameKind } from './complete-names.ts';

/** What may stand in one place of a line: words, names that the instance has, files, or what nobody can guess. */
export type Offer = { words: readonly string[] } | { names: NameKind } | 'files' | 'nothing';

export interface Completed {
  subcommands: readonly string[];
  options: readonly string[];
  /** What follows each option that takes a value. */
  values: ReadonlyMap<string, Offer>;
  /** The first arguments, and whether they may be left out. */
  arguments: readonly Offer[];
  least: number;
  most: number;
}

const EVERYWHERE = ['--data-dir', '--json', '--help'];
const FILES = /^(PATH|FILE|COPY|DIR|FROM)$/;

/** What may follow the words so far: `''` and `env` have subcommands, `env set` has options. */
export async function listCompleted(
  groups: Readonly<Record<string, CommandGroup>>,
): Promise<ReadonlyMap<string, Completed>> {
  const none = { options: [], values: new Map<string, Offer>(), arguments: [], least: 0, most: 0 };
  const all = new Map<string, Completed>([['', { ...none, subcommands: Object.keys(groups) }]]);
  for (const [word, { subcommands, load }] of Object.entries(groups)) {
    if (subcommands) all.set(word, { ...none, subcommands });
    for (const [name, command] of Object.entries((await load()).commands))
      all.set(name, { ...readCommand(name, command), subcommands: all.get(name)?.subcommands ?? [] });
  }
  return all;
}

/** From its options and its usage, where `--to PATH` and `--format json|yaml` say what is meant. */
function readCommand(name: string, command: Command): Omit<Completed, 'subcommands'> {
  const { usage, options = {}, positionals: [least, most] = [0, 0] } = command;
  const listed = Object.entries(options).flatMap(([long, { type, short }]) =>
    [`--${long}`, ...(short ? [`-${short}`] : [])].map((option) => ({ option, long, type })),
  );
  const values = new Map<string, Offer>([['--data-dir', 'files']]);
  for (const { option, long, type } of listed)
    if (type === 'string') values.set(option, readValue(usage, long));
  return {
    options: [...listed.map(({ option }) => option), ...EVERYWHERE],
    values,
    arguments: most === 0 ? [] : [readArgument(name, usage)],
    least,
    most,
  };
}

function readValue(usage: string, long: string): Offer {
  if (long === 'project') return { names: 'projects' };
  if (long === 'env') return { names: 'environments' };
  const [, value = ''] = new RegExp(`--${long} ([\\w|:-]+)`).exec(usage) ?? [];
  if (/^[a-z0-9_-]+(\|[a-z0-9_-]+)+$/.test(value)) return { words: value.split('|') };
  return FILES.test(value) ? 'files' : 'nothing';
}

function readArgument(name: string, usage: string): Offer {
  const behind = usage.slice(name.length + 1);
  const [, first = ''] = /^[[(]*([A-Z]+)/.exec(behind) ?? [];
  if (first === 'KEY') return { names: 'variables' };
  if (name === 'projects delete') return { names: 'projects' };
  if (FILES.test(first) && name !== 'env copy' && name !== 'env promote') return 'files';
  if (/^env (copy|promote|compare)$/.test(name)) return { names: 'environments' };
  const words = listArgumentWords(name, usage);
  return words.length > 0 ? { words } : 'nothing';
}
