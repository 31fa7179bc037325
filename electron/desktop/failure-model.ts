import { AppError } from '../instance/kernel/app-error.ts';

/** Error and advice shown when the instance does not open. */
export interface Failure {
  title: string;
  message: string;
  /** What to do. */
  advice: string;
}

/** A message and advice for each error code; unknown errors point to the log. */
export function describeFailure(error: unknown, dataDir: string): Failure {
  const title = 'Temps could not start';
  if (!(error instanceof AppError))
    return {
      title,
      message: 'An unexpected error stopped the start. Nothing was changed.',
      advice: 'See the log for details. Try again; if it happens again, report it with the log.',
    };
  return { title, message: error.message, advice: advise(error.code, dataDir) };
}

/** For an exception that nobody caught, while the desktop runs. */
export const brokenDown: Failure = {
  title: 'Temps has stopped',
  message: 'An unexpected error stopped Temps.',
  advice:
    'Your secrets stay encrypted on the disk. Start Temps again. If it happens again, report it with the log.',
};

const MAX_FRAMES = 10;

/** Where an error comes from. SECURITY: without its message, which may quote what was read. */
export function locateError(error: unknown): { name: string; code: string | null; at: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, code: null, at: [] };
  const { name, message, stack = '', code } = error as NodeJS.ErrnoException;
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return {
    name,
    code: typeof code === 'string' ? code : null,
    at: stack.includes(message)
      ? frames
          .map((line) => line.trim())
          .filter((line) => line.startsWith('at '))
          .slice(0, MAX_FRAMES)
      : [],
  };
}

function advise(code: AppError['code'], dataDir: string): string {
  switch (code) {
    case 'invalid_request':
      return 'Correct how Temps is started, such as its entry in the menu, and start it again.';
    case 'data_dir_in_use':
      return 'Stop the other one, or use the console it serves: temps-desktop console.';
    case 'data_dir_unusable':
      return `Check that the disk of ${dataDir} is connected and that this account may write to it, then try again.`;
    case 'database_newer':
      return 'Install the newer version of Temps that wrote it, or use another data directory.';
    case 'database_damaged':
    case 'database_gone':
    case 'database_not_one':
    case 'database_foreign':
      return `Keep a copy of ${dataDir} as it is. Replace temps.db with a backup of it, then try again.`;
    case 'database_restored':
      return `Keep a copy of ${dataDir} as it is, then do one of the two and try again.`;
    case 'disk_full':
      return `Free some space on the disk of ${dataDir}, then try again.`;
    case 'database_read_only':
    case 'disk_failed':
      return `The disk of ${dataDir} is not writable. Check it and mount it writable, then try again.`;
    default:
      return code.startsWith('key_file')
        ? 'Fix the key file as described, or move it away: Temps then starts locked and can be unlocked with a copy.'
        : 'See the log for details. Fix the cause, then try again.';
  }
}
