import type { Command, CommandGroup } from '../command.ts';
import { usageError } from '../command-error.ts';
import { findMeant } from './closest.ts';

const ask = (meant: string | null) => (meant === null ? '' : ` Did you mean "${meant}"?`);

export function unknownCommand(given: string, groups: Readonly<Record<string, CommandGroup>>) {
  const meant = findMeant(given, Object.keys(groups));
  return usageError(`There is no command "${given}".${ask(meant)} All of them: temps-desktop --help`);
}

export function unknownSubcommand(first: string, given: string, commands: ReadonlyMap<string, Command>) {
  const words = [...commands.keys()].map((name) => name.slice(first.length + 1));
  const meant = findMeant(given, words);
  return usageError(
    `There is no "${first} ${given}".${ask(meant === null ? null : `${first} ${meant}`)} All of them: temps-desktop ${first} --help`,
  );
}

/** One sentence about a first argument that is none of the words that a command takes there. */
export function unknownArgument(command: string, given: string, words: readonly string[]): string {
  const meant = findMeant(given, words);
  return `There is no "${command} ${given}".${ask(meant === null ? null : `${command} ${meant}`)}`;
}

/** One sentence about an option that there is not. */
export function unknownOption(given: string, known: readonly string[]): string {
  const name = given.replace(/^-+/, '').replace(/=.*/s, '');
  const meant = given.startsWith('--') ? findMeant(name, known) : null;
  return `There is no option ${given.replace(/=.*/s, '')} here.${ask(meant === null ? null : `--${meant}`)}`;
}
