import { sayActor } from '../audit/actor-words.ts';
import { type Command, formatTable, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';

export const commands: Record<string, Command> = {
  audit: {
    usage: 'audit [--limit N]',
    summary: 'Shows the audit log, newest first.',
    options: { limit: { type: 'string' } },
    async run(invocation) {
      const limit = Number(invocation.values.limit ?? 50);
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
        throw usageError('--limit must be a number from 1 to 1000.');
      return await withClient(invocation, async (client) => {
        const lines = await client.get('/audit/logs', { query: { limit } });
        invocation.print(lines, () =>
          formatTable(
            lines.map((line) => [
              new Date(line.audit_date).toISOString(),
              sayActor(line.by),
              line.sentence.map(({ text }) => text).join(''),
            ]),
          ),
        );
        return exitCodes.done;
      });
    },
  },
};
