import { findText, type Invocation } from './command.ts';
import { usageError } from './command-error.ts';
import { findFolderLink } from './env/folder-link.ts';

/** Options of commands about the variables of one project. */
export const projectOptions = {
  project: { type: 'string', short: 'p' },
  env: { type: 'string', short: 'e' },
} as const;

export interface GivenScope {
  project: string;
  env: string | undefined;
}

/** What -p and -e name; null without -p. */
export function readGivenScope(invocation: Invocation): GivenScope | null {
  const project = findText(invocation, 'project');
  return project === undefined ? null : { project, env: findText(invocation, 'env') };
}

/**
 * The project, and the environment when one is named: by -p and -e, else by the link of the folder, where -e still chooses the
 * environment. Throws a usage error without a project, and `link_invalid`.
 */
export function readScope(invocation: Invocation): GivenScope {
  const given = readGivenScope(invocation);
  if (given) return given;
  const link = findFolderLink();
  if (link === null) throw usageError('Give the project: -p PROJECT, or link the folder: link -p PROJECT.');
  return { project: link.project, env: findText(invocation, 'env') ?? link.environment ?? undefined };
}
