import type { Schemas } from '../api-request.ts';
import { sayActor } from '../audit/actor-words.ts';
import { type Command, findText, formatTable, type Invocation, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { projectOptions } from '../project-scope.ts';

export const commands: Record<string, Command> = {
  audit: {
    usage: 'audit [-p PROJECT] [--limit N]',
    summary: 'Shows the audit log, newest first; with -p what was done in one project.',
    notes: 'With -p, who manages the project sees it too: without addresses, and nothing of other projects.',
    options: { project: projectOptions.project, limit: { type: 'string' } },
    async run(invocation) {
      const limit = Number(invocation.values.limit ?? 50);
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
        throw usageError('--limit must be a number from 1 to 1000.');
      const project = findText(invocation, 'project');
      return await withClient(invocation, async (client) => {
        if (project === undefined) print(invocation, await client.get('/audit/logs', { query: { limit } }));
        else {
          const { lines } = await client.get('/projects/{project}/activity', {
            path: { project },
            query: { limit },
          });
          print(invocation, lines);
        }
        return exitCodes.done;
      });
    },
  },
};

type Line = Schemas['ProjectAuditLine'];

function print(invocation: Invocation, lines: readonly Line[]): void {
  invocation.print(lines, () =>
    formatTable(
      lines.map(({ audit_date, by, sentence }) => [
        new Date(audit_date).toISOString(),
        sayActor(by),
        sentence.map(({ text }) => text).join(''),
      ]),
    ),
  );
}
