import type { ErrorCode } from '../instance/kernel/app-error.ts';
import { INTERRUPTED } from './command-error.ts';

/** Exit codes of commands. `run` exits with its child's code instead. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  locked: 3,
  notFound: 4,
  /** 128 and the number of SIGINT, as shells have it; where processes can, they end by the signal itself. */
  interrupted: 130,
} as const;

const lockedCodes: readonly string[] = [
  'vault_locked',
  'custody_missing',
  'custody_locked',
  'data_dir_relocated',
  'backup_needs_key',
] satisfies ErrorCode[];

export function toExitCode(errorCode: string): number {
  if (lockedCodes.includes(errorCode)) return exitCodes.locked;
  if (errorCode === 'not_found') return exitCodes.notFound;
  if (errorCode === 'usage') return exitCodes.usage;
  if (errorCode === INTERRUPTED) return exitCodes.interrupted;
  return exitCodes.failed;
}
