import type { Schemas } from '../api-request.ts';
import { type Command, formatTable, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';

export const commands: Record<string, Command> = {
  jobs: {
    usage: 'jobs [--limit N]',
    summary: 'Shows background jobs and their results, newest first.',
    options: { limit: { type: 'string' } },
    async run(invocation) {
      const limit = Number(invocation.values.limit ?? 50);
      if (!Number.isInteger(limit) || limit < 1 || limit > 500)
        throw usageError('--limit must be a number from 1 to 500.');
      return await withClient(invocation, async (client) => {
        const answer = await client.get('/jobs', { query: { limit } });
        invocation.print(answer, () => describeRuns(answer));
        return exitCodes.done;
      });
    },
  },
};

function describeRuns({ jobs, runs }: Schemas['Jobs']): string {
  if (runs.length === 0) return 'No jobs have run yet.';
  const titles = new Map(jobs.map(({ name, title }) => [name, title]));
  return formatTable(
    runs.map((run) => [
      new Date(run.started_at ?? run.queued_at).toISOString(),
      titles.get(run.job) ?? run.job,
      run.state,
      describeOutcome(run),
    ]),
  );
}

function describeOutcome({ error, progress, result }: Schemas['JobRun']): string {
  if (error) return error.detail;
  if (result)
    return Object.entries(result)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  if (!progress) return '';
  return progress.total === null ? String(progress.done) : `${progress.done} of ${progress.total}`;
}
