import { AppError } from '../instance/kernel/app-error.ts';

/** What is said when the instance does not open, and what can be done about it. */
export interface Failure {
  title: string;
  message: string;
  /** The way on. */
  advice: string;
}

/** A cause by its name and a way on for each; what has no name points to the log. */
export function describeFailure(error: unknown, dataDir: string): Failure {
  const title = 'Temps could not start';
  if (!(error instanceof AppError))
    return {
      title,
      message: 'Something unexpected stopped the start. Nothing was changed.',
      advice: 'The log says more. Try again; if it stays so, report it with the log.',
    };
  return { title, message: error.message, advice: advise(error.code, dataDir) };
}

function advise(code: AppError['code'], dataDir: string): string {
  switch (code) {
    case 'data_dir_in_use':
      return 'Stop the other one, or use the console it serves: temps-desktop console.';
    case 'data_dir_unusable':
      return `Is the disk of ${dataDir} there, and may this account write to it? Connect or repair it, then try again.`;
    case 'database_newer':
      return 'Install the newer version of Temps that wrote it, or use another data directory.';
    case 'database_damaged':
    case 'database_gone':
    case 'database_not_one':
    case 'database_foreign':
      return `Keep ${dataDir} as it is. Put a backup of temps.db in its place, then try again.`;
    case 'disk_full':
      return `Make room on the disk of ${dataDir}, then try again.`;
    case 'database_read_only':
    case 'disk_failed':
      return `The disk of ${dataDir} takes no writes: look at it and mount it writable, then try again.`;
    default:
      return code.startsWith('key_file')
        ? 'Mend the key file as said, or move it away: Temps then starts locked and can be unlocked with a copy.'
        : 'The log says more. Mend the cause, then try again.';
  }
}
