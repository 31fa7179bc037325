import type { ParseArgsOptionsConfig } from 'node:util';
import type { ProcessHost } from '../instance/instance.ts';
import type { Client } from './client.ts';
import { usageError } from './command-error.ts';

export type OptionValues = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface Invocation {
  dataDir: string;
  /** For an instance that is opened in this process. */
  processes: ProcessHost | undefined;
  json: boolean;
  values: OptionValues;
  positionals: string[];
  /** What follows `--`. */
  rest: string[];
  connect(options?: { mayCreate?: boolean }): Promise<Client>;
  /** Data for people, or with --json for programs. */
  print(data: unknown, forPeople: () => string): void;
}

export interface Command {
  /** `env set KEY`; words in capitals are placeholders. */
  usage: string;
  summary: string;
  options?: ParseArgsOptionsConfig;
  /** Minimum and maximum number of arguments. */
  positionals?: readonly [min: number, max: number];
  /** What is wrong with arguments that people often give so, in a sentence; undefined for others. */
  findMisuse?(positionals: readonly string[]): string | undefined;
  /** More for --help. */
  notes?: string;
  run(invocation: Invocation): Promise<number>;
}

/** The commands that start with one word. They are in one file, which is loaded on demand. */
export interface CommandGroup {
  /** The subcommands; none if the word alone is the command. */
  subcommands?: readonly string[];
  /** Parameters shown in the overview for a command without subcommands. */
  parameters?: string;
  /** What it does, for the overview. */
  about: string;
  load(): Promise<{ commands: Readonly<Record<string, Command>> }>;
}

/** Opens a client for `work` and always closes it. */
export async function withClient<T>(
  invocation: Invocation,
  work: (client: Client) => Promise<T>,
  mayCreate = false,
): Promise<T> {
  const client = await invocation.connect({ mayCreate });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** The value of an option; undefined when it was not given. */
export function findText({ values }: Invocation, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option that may be given several times. */
export function findTexts({ values }: Invocation, name: string): string[] {
  const given = values[name];
  return Array.isArray(given) ? given.filter((value) => typeof value === 'string') : [];
}

/** The value of a required option. Throws a usage error when it is missing or empty. */
export function requireText(invocation: Invocation, name: string): string {
  const value = findText(invocation, name);
  if (value === undefined || value === '') throw usageError(`--${name} is required.`);
  return value;
}

/** Rows as text with aligned columns. */
export function formatTable(rows: readonly (readonly (string | number | null)[])[]): string {
  const text = rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))));
  const widths = text.reduce<number[]>(
    (all, row) => row.map((cell, at) => Math.max(all[at] ?? 0, cell.length)),
    [],
  );
  return text
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** "1 value", "12 values". */
export const formatCount = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** "15 secrets (12 earlier versions)", "15 secrets", "12 earlier versions". */
export function formatSecrets(secrets: number, versions: number): string {
  const before = formatCount(versions, 'earlier version');
  if (secrets === 0 && versions > 0) return before;
  return `${formatCount(secrets, 'secret')}${versions === 0 ? '' : ` (${before})`}`;
}

export function formatDay(ms: number | null): string {
  return ms === null ? '–' : new Date(ms).toISOString().slice(0, 10);
}

/** `2026-06-01 12:30 UTC`. */
export const formatMinute = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** "1.2 MB". */
export function formatSize(bytes: number | null): string {
  if (bytes === null) return '–';
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const shown = bytes / 1000 ** power;
  return `${power === 0 || shown >= 10 ? Math.round(shown) : shown.toFixed(1)} ${UNITS[power]}`;
}
