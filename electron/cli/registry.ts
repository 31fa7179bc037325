import type { CommandGroup } from './command.ts';

export type { CommandGroup };

/** All groups by their word, in the order of the overview. */
export const groups: Readonly<Record<string, CommandGroup>> = {
  serve: { about: 'run the instance', load: () => import('./commands/serve.ts') },
  console: {
    parameters: '[--print]',
    about: 'open the console as the owner, by a one-time link',
    load: () => import('./commands/console.ts'),
  },
  status: {
    about: 'show the state of the instance and its key',
    load: () => import('./commands/status.ts'),
  },
  doctor: {
    about: 'check that every secret can be decrypted',
    load: () => import('./commands/doctor.ts'),
  },
  audit: {
    parameters: '[-p PROJECT] [--limit N]',
    about: 'show the audit log, or that of one project',
    load: () => import('./commands/audit.ts'),
  },
  restore: {
    parameters: 'FROM | --undo',
    about: 'restore a backup, or undo that',
    load: () => import('./commands/restore.ts'),
  },
  certificates: {
    about: 'the local certificate authority that devices may trust',
    load: () => import('./commands/certificates.ts'),
  },
  jobs: {
    parameters: '[--limit N]',
    about: 'show background jobs and their results',
    load: () => import('./commands/jobs.ts'),
  },
  diagnostics: {
    parameters: '[--to FILE]',
    about: 'show what a bug report needs, or save it as a file',
    load: () => import('./commands/diagnostics.ts'),
  },
  settings: {
    subcommands: ['show', 'set', 'clear', 'auto-lock'],
    about: 'show and change the settings, lock what nobody used for a while',
    load: () => import('./commands/settings.ts'),
  },
  admin: {
    subcommands: ['create', 'reset-password'],
    about: "create the administrator's account, reset a password",
    load: () => import('./commands/admin.ts'),
  },
  users: {
    subcommands: ['list', 'invite', 'invites', 'revoke'],
    about: 'people, and the links by which they make their accounts',
    load: () => import('./people/users.ts'),
  },
  sessions: {
    subcommands: ['list', 'revoke'],
    about: 'where people are signed in, and ending that',
    load: () => import('./people/sessions.ts'),
  },
  token: {
    subcommands: ['create', 'list', 'limit', 'rotate', 'approve', 'deny'],
    about: 'API keys: create, list, limit to addresses, give a new text; sign in a command line elsewhere',
    load: () => import('./commands/token.ts'),
  },
  projects: {
    subcommands: ['list', 'create', 'delete', 'environments', 'members', 'tokens', 'resources'],
    about: 'projects, their environments, members and deployment tokens',
    load: () => import('./commands/projects.ts'),
  },
  env: {
    subcommands: [
      'list',
      'get',
      'set',
      'note',
      'expires',
      'ends',
      'rename',
      'rm',
      'import',
      'compare',
      'copy',
      'promote',
      'undo',
      'history',
      'export',
      'encrypt',
      'plain',
      'reads',
      'unusual',
    ],
    about: 'list, set, import, export, compare and copy variables, and who read them',
    load: () => import('./commands/env.ts'),
  },
  trash: {
    subcommands: ['list', 'restore', 'delete', 'empty'],
    about: 'restore what was deleted, or delete it for good',
    load: () => import('./commands/trash.ts'),
  },
  link: {
    parameters: '[-p PROJECT [-e ENV]]',
    about: 'say of which project a folder is, for the commands in it',
    load: () => import('./commands/link.ts'),
  },
  unlink: { about: 'take that back for this folder', load: () => import('./commands/unlink.ts') },
  run: {
    parameters: '-p PROJECT [-e ENV] -- CMD …',
    about: 'run a program with the variables in its environment',
    load: () => import('./commands/run.ts'),
  },
  deploy: {
    parameters: '-p PROJECT [--image REF]',
    about: 'run an image with the variables of an environment, in place of what runs',
    load: () => import('./apps/deploy-command.ts'),
  },
  deployments: {
    subcommands: ['list', 'show', 'logs', 'rollback', 'cancel'],
    about: 'what was deployed and how it went, going back, cancelling',
    load: () => import('./apps/deployment-commands.ts'),
  },
  apps: {
    subcommands: ['list', 'status', 'logs', 'restart', 'stop', 'start', 'apply', 'remove', 'stats', 'engine'],
    about: 'what runs: state, logs, use; start, stop, apply, remove; the state of Docker',
    load: () => import('./apps/app-commands.ts'),
  },
  backup: {
    subcommands: [
      'now',
      'list',
      'show',
      'verify',
      'drill',
      'delete',
      'export',
      'destinations',
      'schedules',
      'retention',
      'prune',
      'writers',
      'old-computer',
      'former',
    ],
    about: 'make backups of everything, and say when and where',
    load: () => import('./commands/backup.ts'),
  },
  completion: {
    parameters: 'bash|zsh|fish',
    about: 'print a script by which a shell completes commands',
    load: async () => (await import('./commands/completion.ts')).completionOf(groups),
  },
  key: {
    subcommands: [
      'status',
      'copy',
      'verify',
      'forget',
      'split',
      'unlock',
      'lock',
      'move',
      'relocated',
      'rotate',
      'shred',
      'start-over',
      'recovery',
      'rescue',
      'backup-identity',
    ],
    about: 'copy, verify, move, rotate, lock and recover the key',
    load: () => import('./key/key-commands.ts'),
  },
};

/** Width of the overview's first column. */
const USAGE_WIDTH = 37;

/** The text of `--help`. A usage longer than its column gets its own line. */
export function formatOverview(): string {
  const lines = Object.entries(groups).map(([word, { subcommands, parameters, about }]) => {
    const usage = [word, subcommands?.join('|') ?? parameters].filter(Boolean).join(' ');
    const column =
      usage.length > USAGE_WIDTH ? `${usage}\n  ${' '.repeat(USAGE_WIDTH)}` : usage.padEnd(USAGE_WIDTH);
    return `  ${column}  ${about}`;
  });
  return `usage: temps-desktop COMMAND [OPTIONS]

${lines.join('\n')}

Options of all commands: --data-dir DIR (default TEMPS_DATA_DIR, then ~/.temps), --json where data is printed, --help.
--version says which version this is.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 locked, 4 not found, 130 Ctrl-C; run exits with the code of its program.
`;
}

/** Options of the desktop that take the word after them. */
const withValue: readonly string[] = ['--data-dir', '--https-port', '--http-port'];

/**
 * The command line in what the desktop's program was started with; null if that asks for its window. It begins at the first word
 * that looks like a command, also an unknown one; a link or a path is none. Before it, options of Chromium and Electron are dropped,
 * and `--`, which keeps what follows from both. The script resources/linux/temps-desktop decides by the same rule.
 */
export function findCommand(words: readonly string[]): string[] | null {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--help' || word === '-h') return ['--help'];
    if (word === '--version') return [word];
    if (withValue.includes(word)) {
      at += 1;
      if (word === '--data-dir') kept.push(...words.slice(at - 1, at + 1));
    } else if (word === '--json' || word.startsWith('--data-dir=')) kept.push(word);
    else if (!word.startsWith('-')) return /^[a-z-]+$/.test(word) ? [...kept, ...words.slice(at)] : null;
  }
  return null;
}
