import { type Command, type Invocation, withClient } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { findFolderLink, LINK_FILE, writeFolderLink } from '../env/folder-link.ts';
import { exitCodes } from '../exit-code.ts';
import { projectOptions, readGivenScope } from '../project-scope.ts';

export const commands: Record<string, Command> = {
  link: {
    usage: 'link [-p PROJECT [-e ENV]]',
    summary: 'Says of which project this folder is, so that -p and -e are not needed in it and below.',
    notes: `Writes ${LINK_FILE} here; without -p, says what is linked. The file names the project and the environment, and holds no secret: it may be committed. -p on a command comes before it.`,
    options: projectOptions,
    run: link,
  },
};

async function link(invocation: Invocation): Promise<number> {
  const given = readGivenScope(invocation);
  if (given === null) {
    const found = findFolderLink();
    if (found === null)
      throw new CommandError('not_found', 'This folder is not linked to a project: link -p PROJECT');
    invocation.print(found, () => `${describe(found)}, by ${found.path}.`);
    return exitCodes.done;
  }
  const { project, env } = given;
  await withClient(invocation, (client) =>
    client.get('/projects/{project}/environments/{environment}', {
      path: { project, environment: env ?? 'production' },
    }),
  );
  const linked = { project, environment: env ?? null };
  const path = writeFolderLink(linked);
  invocation.print({ ...linked, path }, () => `Linked: ${describe(linked)}, by ${path}.`);
  return exitCodes.done;
}

function describe({ project, environment }: { project: string; environment: string | null }): string {
  return environment === null ? project : `${project}, ${environment}`;
}
