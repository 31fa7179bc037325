import { findText, type Invocation } from './command.ts';
import { usageError } from './command-error.ts';

/** Options of commands about the variables of one project. */
export const projectOptions = {
  project: { type: 'string', short: 'p' },
  env: { type: 'string', short: 'e' },
} as const;

/** The project, and the environment when one is named. Throws a usage error without a project. */
export function readScope(invocation: Invocation): { project: string; env: string | undefined } {
  const project = findText(invocation, 'project');
  if (project === undefined) throw usageError('Give the project: -p PROJECT.');
  return { project, env: findText(invocation, 'env') };
}
