import { AppError } from '../instance/kernel/app-error.ts';
import { resolveDataDir } from '../instance/store/data-directory.ts';
import { HIDDEN_ARGUMENT } from './hidden-argument.ts';
import { findLinkedPath } from './window/app-origin.ts';

/** Command-line arguments of the desktop. */
export interface StartArguments {
  dataDir: string;
  isHidden: boolean;
  /** Null: the default port, or any if that is in use. */
  httpsPort: number | null;
  httpPort: number | null;
  /** The page a `temps://` link asks for. */
  path: string | null;
}

/**
 * `--data-dir DIR`, `--https-port N`, `--http-port N`, `--hidden`, a `temps://` link; as on the command line, up to `--`.
 * Unknown arguments are ignored: desktops and Chromium add their own.
 *
 * Throws `invalid_request` for an option without its value, or with one that is none: another data directory or port than
 * the one that was meant would be worse.
 */
export function readStartArguments(args: readonly string[], env: NodeJS.ProcessEnv): StartArguments {
  const words = beforeDashes(args);
  return {
    dataDir: resolveDataDir(findValue(words, '--data-dir'), env),
    httpsPort: readPort(words, '--https-port'),
    httpPort: readPort(words, '--http-port'),
    ...readWish(args),
  };
}

/** What a start asks of the window, which a second start asks of the first. Never throws. */
export function readWish(args: readonly string[]): Pick<StartArguments, 'isHidden' | 'path'> {
  const words = beforeDashes(args);
  return {
    isHidden: words.includes(HIDDEN_ARGUMENT),
    path: words.map(findLinkedPath).find((path) => path !== null) ?? null,
  };
}

function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

/** The first of a name counts. */
function findValue(words: readonly string[], name: string): string | undefined {
  const at = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
  if (at < 0) return undefined;
  const word = words[at] as string;
  const value = word === name ? words[at + 1] : word.slice(name.length + 1);
  if (!value || (word === name && value.startsWith('--')))
    throw new AppError('invalid_request', `${name} was given without a value.`);
  return value;
}

function readPort(words: readonly string[], name: string): number | null {
  const text = findValue(words, name);
  if (text === undefined) return null;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new AppError('invalid_request', `${name} takes a number from 0 to 65535.`);
  return Number(text);
}
