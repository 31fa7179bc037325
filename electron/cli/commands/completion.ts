import type { ParseArgsOptionsConfig } from 'node:util';
import type { Command, CommandGroup } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';

const shells = { bash: formatBash, zsh: formatZsh, fish: formatFish } as const;
const EVERYWHERE = ['--data-dir', '--json', '--help'];

type Groups = Readonly<Record<string, CommandGroup>>;

/** The registry hands its groups in: it would be imported in a circle. */
export const completionOf = (groups: Groups): { commands: Record<string, Command> } => ({
  commands: { completion: completion(groups) },
});

function completion(groups: Groups): Command {
  return {
    usage: 'completion bash|zsh|fish',
    summary: 'Prints a script by which a shell completes the commands and their options.',
    notes:
      'bash:  temps-desktop completion bash > ~/.local/share/bash-completion/completions/temps-desktop\nzsh:   temps-desktop completion zsh > a folder of $fpath, as _temps-desktop\nfish:  temps-desktop completion fish > ~/.config/fish/completions/temps-desktop.fish',
    positionals: [1, 1],
    async run({ positionals: [wanted = ''] }) {
      if (!Object.hasOwn(shells, wanted)) throw usageError('Name the shell: bash, zsh or fish.');
      process.stdout.write(shells[wanted as keyof typeof shells](await listWords(groups)));
      return exitCodes.done;
    },
  };
}

/** What may follow the words so far: `''` and `env` have subcommands, `env set` has options. */
type Words = ReadonlyMap<string, readonly string[]>;

async function listWords(groups: Groups): Promise<Words> {
  const words = new Map<string, readonly string[]>([['', Object.keys(groups)]]);
  for (const [word, { subcommands, load }] of Object.entries(groups)) {
    if (subcommands) words.set(word, subcommands);
    for (const [name, { options = {} }] of Object.entries((await load()).commands))
      words.set(name, [...(words.get(name) ?? []), ...listOptions(options), ...EVERYWHERE]);
  }
  return words;
}

const listOptions = (options: ParseArgsOptionsConfig): string[] =>
  Object.entries(options).flatMap(([name, { short }]) => [`--${name}`, ...(short ? [`-${short}`] : [])]);

/** Files where nothing else fits: arguments of commands are paths more often than anything. */
function formatBash(words: Words): string {
  const cases = [...words].map(([name, next]) => `    '${name}') words='${next.join(' ')}' ;;\n`).join('');
  return `# temps-desktop, completed by bash
_temps_desktop() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before='' words='' at word
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    [[ $word == -* ]] && break
    case "$before\${before:+ }$word" in
${[...words.keys()]
  .filter(Boolean)
  .map((name) => `      '${name}') before='${name}' ;;\n`)
  .join('')}      *) break ;;
    esac
  done
  case "$before" in
${cases}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _temps_desktop temps-desktop
`;
}

/** By the same words: zsh reads completions of bash. */
function formatZsh(words: Words): string {
  return `#compdef temps-desktop
autoload -U +X bashcompinit && bashcompinit
${formatBash(words)}`;
}

function formatFish(words: Words): string {
  const lines = [...words].map(([name, next]) => {
    const seen = name
      .split(' ')
      .filter(Boolean)
      .map((word) => `__fish_seen_subcommand_from ${word}`);
    const condition = seen.length === 0 ? '__fish_use_subcommand' : seen.join('; and ');
    const plain = next.filter((word) => !word.startsWith('-'));
    const options = next.filter((word) => word.startsWith('-')).map(toFishOption);
    return [
      ...(plain.length > 0 ? [`complete -c temps-desktop -n '${condition}' -f -a '${plain.join(' ')}'`] : []),
      ...options.map((option) => `complete -c temps-desktop -n '${condition}' ${option}`),
    ].join('\n');
  });
  return `# temps-desktop, completed by fish\n${lines.join('\n')}\n`;
}

const toFishOption = (option: string): string =>
  option.startsWith('--') ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
