import { AppError } from '../kernel/app-error.ts';

/** Converts errors of SQLite and the file system to AppErrors; returns everything else unchanged. */
export function asStoreError(error: unknown, path: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof AppError || typeof code !== 'string') return error;
  const is = (...codes: string[]) => codes.some((known) => code === known || code.startsWith(`${known}_`));
  const full = asDiskFull(error, path);
  if (full) return full;
  if (is('SQLITE_READONLY', 'EROFS', 'EACCES', 'EPERM')) {
    return new AppError('database_read_only', `${path} cannot be written. Nothing was changed.`, {
      cause: error,
    });
  }
  if (is('SQLITE_NOTADB')) {
    return new AppError('database_not_one', `${path} is not a database. It was not changed.`, {
      cause: error,
    });
  }
  if (is('SQLITE_CORRUPT')) {
    return new AppError(
      'database_damaged',
      `${path} is damaged. It was not changed. Copy it elsewhere, then restore a backup, if there is one: temps-desktop restore FROM.`,
      { cause: error },
    );
  }
  if (is('SQLITE_IOERR', 'SQLITE_CANTOPEN', 'EIO', 'ENODEV', 'ENXIO')) {
    return new AppError('disk_failed', `${path} cannot be read or written (${code}).`, { cause: error });
  }
  return error;
}

/** `disk_full` for an error that says so; null for any other. */
export function asDiskFull(error: unknown, path: string): AppError | null {
  const code = (error as { code?: unknown } | null)?.code;
  // The shared memory of the log is a file too, and a disk that cannot hold it is full.
  const isFull = ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'].some((known) => code === known);
  if (!isFull) return null;
  return new AppError('disk_full', `The disk that holds ${path} is full. Nothing was changed.`, {
    cause: error,
  });
}

/** What the system answers for a disk that takes no writes. */
const NOT_WRITABLE = ['EROFS', 'EIO'];

/** Whether an error says that the disk takes no writes now; what is on it may still be read. */
export function isDiskTrouble(error: unknown): error is AppError {
  if (!(error instanceof AppError)) return false;
  if (['disk_full', 'disk_failed', 'database_read_only'].includes(error.code)) return true;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return error.code === 'data_dir_unusable' && typeof code === 'string' && NOT_WRITABLE.includes(code);
}
