import { type Command, formatCount, formatTable, withClient } from '../command.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';

export const commands: Record<string, Command> = {
  'projects list': {
    usage: 'projects list',
    summary: 'Lists all projects.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const { projects } = await client.get('/projects');
        invocation.print(projects, () =>
          projects.length === 0
            ? 'No projects yet.'
            : formatTable(projects.map(({ id, slug, name }) => [id, slug, name])),
        );
        return exitCodes.done;
      });
    },
  },
  'projects create': {
    usage: 'projects create NAME',
    summary: 'Creates a project with the environment "production".',
    positionals: [1, 1],
    async run(invocation) {
      const [name = ''] = invocation.positionals;
      return await withClient(
        invocation,
        async (client) => {
          const project = await client.post('/projects', { body: { name } });
          invocation.print(project, () => project.slug);
          return exitCodes.done;
        },
        true,
      );
    },
  },
  'projects delete': {
    usage: 'projects delete NAME [--yes]',
    summary: 'Permanently deletes a project with all its variables and secrets.',
    notes: 'Says first what is lost, and asks; --yes skips the question.',
    options: { yes: { type: 'boolean' } },
    positionals: [1, 1],
    async run(invocation) {
      const [project = ''] = invocation.positionals;
      return await withClient(invocation, async (client) => {
        const path = { project };
        const variables = await client.get('/projects/{project}/env-vars', { path });
        const secrets = variables.filter(({ is_secret }) => is_secret).length;
        await confirmLoss(invocation, {
          said: `${project} has ${formatCount(variables.length, 'variable')}, ${secrets} of them secret. They and all their earlier values are lost for good.`,
          act: `delete ${project}`,
          done: 'deleted',
        });
        await client.delete('/projects/{project}', { path });
        invocation.print({ deleted: project }, () => 'Deleted.');
        return exitCodes.done;
      });
    },
  },
};
