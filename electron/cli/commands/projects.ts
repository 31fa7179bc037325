import { type Command, formatTable, withClient } from '../command.ts';
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
    usage: 'projects delete NAME',
    summary: 'Permanently deletes a project with all its variables and secrets.',
    positionals: [1, 1],
    async run(invocation) {
      const [project = ''] = invocation.positionals;
      return await withClient(invocation, async (client) => {
        await client.delete('/projects/{project}', { path: { project } });
        invocation.print({ deleted: project }, () => 'Deleted.');
        return exitCodes.done;
      });
    },
  },
};
