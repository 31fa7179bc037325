import type { Command, CommandGroup } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { listNames, nameKinds } from '../line/complete-names.ts';
import { type Completed, listCompleted, type Offer } from '../line/completed-words.ts';

const shells = { bash: formatBash, zsh: formatZsh, fish: formatFish } as const;

type Groups = Readonly<Record<string, CommandGroup>>;

/** The registry hands its groups in: it would be imported in a circle. */
export const completionOf = (groups: Groups): { commands: Record<string, Command> } => ({
  commands: { completion: completion(groups) },
});

function completion(groups: Groups): Command {
  return {
    usage: 'completion bash|zsh|fish | names KIND -- WORDS…',
    summary: 'Prints a script by which a shell completes the commands, their options, and names.',
    notes: `For this terminal alone:
bash:  source <(temps-desktop completion bash)
zsh:   source <(temps-desktop completion zsh)
fish:  temps-desktop completion fish | source
For all that come:
bash:  echo 'source <(temps-desktop completion bash)' >> ~/.bashrc
       or, where the package bash-completion is installed, which the line above does not need:
       mkdir -p ~/.local/share/bash-completion/completions && temps-desktop completion bash > ~/.local/share/bash-completion/completions/temps-desktop
zsh:   temps-desktop completion zsh > a folder of $fpath, as _temps-desktop
fish:  mkdir -p ~/.config/fish/completions && temps-desktop completion fish > ~/.config/fish/completions/temps-desktop.fish
Names of projects, environments and variables come from the instance while it runs. The script asks for them by names, which prints none where there is no answer within a tenth of a second.`,
    positionals: [1, 2],
    async run({ positionals: [wanted = '', kind], rest }) {
      if (wanted === 'names') {
        const known = nameKinds.find((name) => name === kind);
        if (known === undefined) throw usageError(`Say which names: ${nameKinds.join(', ')}.`);
        // SECURITY: a shell takes spaces, and characters of its own in a name for more than a name.
        const names = (await listNames(known, rest)).filter((name) => /^[\w.-]+$/.test(name));
        process.stdout.write(names.map((name) => `${name}\n`).join(''));
        return exitCodes.done;
      }
      if (!Object.hasOwn(shells, wanted) || kind !== undefined)
        throw usageError('Name the shell: bash, zsh or fish.');
      process.stdout.write(shells[wanted as keyof typeof shells](await listCompleted(groups)));
      return exitCodes.done;
    },
  };
}

type All = ReadonlyMap<string, Completed>;

/** `words json yaml`, `names projects`, `files`, `nothing`. */
function toText(offer: Offer): string {
  if (typeof offer === 'string') return offer;
  return 'words' in offer ? `words ${offer.words.join(' ')}` : `names ${offer.names}`;
}

/** Of each line so far, as the scripts have it: what may follow, and the first argument. */
const listPlaces = (all: All) =>
  [...all].map(
    ([
      name,
      {
        subcommands,
        options,
        arguments: [first = 'nothing'],
        least,
        most,
      },
    ]) => ({
      name,
      words: [...subcommands, ...options].join(' '),
      first: toText(first),
      least,
      most,
    }),
  );

/** What follows each option that takes a value. */
const listValues = (all: All) =>
  [...all].flatMap(([name, { values }]) =>
    [...values].map(([option, offer]) => ({ place: `${name} ${option}`, offer: toText(offer) })),
  );

/** @param files how the shell completes files: `ask` in a word's place, `otherwise` where nothing else is offered. */
function formatBash(all: All, files = { ask: 'return', otherwise: '-o default ' }): string {
  const cases = listPlaces(all)
    .map(
      ({ name, words, first, least, most }) =>
        `    '${name}') words='${words}' first='${first}' least=${least} most=${most} ;;\n`,
    )
    .join('');
  const values = listValues(all)
    .map(({ place, offer }) => `    '${place}') echo '${offer}' ;;\n`)
    .join('');
  return `# temps-desktop, completed by bash
_temps_desktop_value() {
  case "$1" in
${values}  esac
}
_temps_desktop() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before='' words='' first='nothing' least=0 most=0 count=0 offer='' at word start=1
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    [[ $word == -* ]] && break
    case "$before\${before:+ }$word" in
${[...all.keys()]
  .filter(Boolean)
  .map((name) => `      '${name}') before='${name}' start=$((at + 1)) ;;\n`)
  .join('')}      *) break ;;
    esac
  done
  case "$before" in
${cases}  esac
  [[ $current == '=' ]] && current=''
  for ((at = start; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    if [[ $word == -- ]]; then
      # The program of run, and then what it takes.
      if ((at + 1 == COMP_CWORD)); then
        COMPREPLY=($(compgen -c -- "$current"))
        return
      fi
      ${files.ask}
    fi
    [[ $word == '=' ]] && continue
    if [[ -n $offer ]]; then
      offer=''
    elif [[ $word == -* ]]; then
      offer="$(_temps_desktop_value "$before $word")"
    else
      count=$((count + 1))
    fi
  done
  if [[ -z $offer && $current != -* ]] && ((count < most)); then
    offer=nothing
    ((count == 0)) && offer="$first"
    # What may be left out is offered beside the options.
    ((count >= least)) && [[ $offer == nothing ]] && offer=''
  fi
  case "$offer" in
    '') COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    words\\ *) COMPREPLY=($(compgen -W "\${offer#words }" -- "$current")) ;;
    names\\ *) COMPREPLY=($(compgen -W "$(temps-desktop completion names "\${offer#names }" -- "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}" 2>/dev/null </dev/null)" -- "$current")) ;;
    # Files, by the shell itself.
    files) ${files.ask} ;;
  esac
  compopt +o default 2>/dev/null
  return 0
}
complete ${files.otherwise}-F _temps_desktop temps-desktop
`;
}

/** By the same words: zsh reads completions of bash, but has no way to say that there are no files in a place. */
function formatZsh(all: All): string {
  return `#compdef temps-desktop
autoload -U +X bashcompinit && bashcompinit
${formatBash(all, { ask: 'emulate zsh -c _files; return', otherwise: '' })}`;
}

/** As that of bash, in the language of fish, which itself keeps what fits the word that is being typed. */
function formatFish(all: All): string {
  const cases = listPlaces(all)
    .map(
      ({ name, words, first, least, most }) =>
        `        case '${name}'\n            set words ${words}\n            set first ${first}\n            set least ${least}\n            set most ${most}\n`,
    )
    .join('');
  const values = listValues(all)
    .map(({ place, offer }) => `        case '${place}'\n            printf '%s\\n' ${offer}\n`)
    .join('');
  return `# temps-desktop, completed by fish
function __temps_desktop_value
    switch (string trim -- $argv[1])
${values}    end
end
function __temps_desktop
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l before ''
    set -l words
    set -l first nothing
    set -l least 0
    set -l most 0
    set -l count 0
    set -l offer
    set -l prefix ''
    set -e tokens[1]
    for word in $tokens
        switch (string trim -- "$before $word")
            case ${[...all.keys()]
              .filter(Boolean)
              .map((name) => `'${name}'`)
              .join(' ')}
                set before (string trim -- "$before $word")
            case '*'
                break
        end
    end
    switch $before
${cases}    end
    for word in (string split -n ' ' -- $before)
        set -e tokens[1]
    end
    while set -q tokens[1]
        set -l word $tokens[1]
        set -e tokens[1]
        if test "$word" = --
            # The program of run, and then what it takes.
            if set -q tokens[1]
                __fish_complete_path "$current"
            else
                complete -C "$current"
            end
            return
        end
        if set -q offer[1]
            set offer
        else if string match -qr -- '^-[^=]*$' $word
            set offer (__temps_desktop_value "$before $word")
        else if not string match -q -- '-*' $word
            set count (math $count + 1)
        end
    end
    if string match -qr -- '^--[^=]*=' $current
        set prefix (string replace -r -- '=.*' '=' $current)
        set offer (__temps_desktop_value "$before "(string replace -r -- '=.*' '' $current))
        set current (string replace -r -- '^[^=]*=' '' $current)
    else if not set -q offer[1]; and not string match -q -- '-*' $current; and test $count -lt $most
        test $count -eq 0; and set offer $first
        test $count -gt 0; and set offer nothing
        # What may be left out is offered beside the options.
        test "$offer" = nothing; and test $count -ge $least; and set offer
    end
    switch "$offer[1]"
        case ''
            printf '%s\\n' $words
        case words
            printf "$prefix%s\\n" $offer[2..]
        case names
            for name in (temps-desktop completion names $offer[2] -- (commandline -opc)[2..] 2>/dev/null </dev/null)
                printf '%s\\n' "$prefix$name"
            end
        case files
            for path in (__fish_complete_path "$current")
                printf '%s\\n' "$prefix$path"
            end
    end
end
complete -c temps-desktop -f -a '(__temps_desktop)'
`;
}
