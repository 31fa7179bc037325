import { platform } from './platform-tags.ts';

const POSIX = /^--?([^=]+)(?:=(.*))?$/s;
const WINDOWS = /^(?:--?|\/)([^=]+)(?:=(.*))?$/s;

/**
 * Chromium's reading of a command line (base/command_line.cc): switches begin with `--` or `-`, on Windows with `/` too
 * and in any case; the part after `=` is their value, the last of a name counts, and after `--` there are none.
 */
export function readSwitches(
  words: readonly string[],
  system: NodeJS.Platform = platform,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const word of words) {
    if (word === '--') break;
    const [, name, value = ''] = (system === 'win32' ? WINDOWS : POSIX).exec(word) ?? [];
    if (name) found.set(system === 'win32' ? name.toLowerCase() : name, value);
  }
  return found;
}

/**
 * Electron does not start on Windows where words follow something like a link (shell/app/command_line_args.cc): who made
 * the link could have made them. `xy:z --a` is refused; `xy:z -- --a` and `x:y --a`, which is on a drive, are not.
 */
export function isRefusedByElectron(words: readonly string[], system: NodeJS.Platform = platform): boolean {
  const end = words.indexOf('--');
  const read = end < 0 ? words : words.slice(0, end);
  const link = read.findIndex((word) => /^[a-z][^:\s]+:/i.test(word));
  return system === 'win32' && link >= 0 && link < read.length - 1;
}
