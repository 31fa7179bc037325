import { queryOptions, useQuery } from '@tanstack/react-query';
import { Timer } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { Empty } from '../ui/blank-state.tsx';
import { Table } from '../ui/table.tsx';
import { formatAgo, formatExact } from '../ui/time.ts';
import { ActivityFrame } from './activity-frame.tsx';

type Run = components['schemas']['JobRun'];

const stateWords: Record<Run['state'], string> = {
  queued: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  interrupted: 'Interrupted',
};

const jobsQuery = queryOptions({ queryKey: ['jobs'], queryFn: () => ask(client.GET('/jobs')) });

/** Background jobs, newest first, with their results. */
export function JobsPage() {
  const jobs = useQuery(jobsQuery);
  const titles = new Map(jobs.data?.jobs.map(({ name, title }) => [name, title]));
  const titleOf = ({ job }: Run) => titles.get(job) ?? job;
  return (
    <ActivityFrame>
      <Table
        query={jobs}
        label="Jobs"
        rows={jobs.data?.runs ?? []}
        rowKey={({ id }) => id}
        empty={
          <Empty
            icon={Timer}
            title="No jobs yet"
            text="Background work, such as checking every secret or rotating the key, is listed here with its result."
          />
        }
        columns={[
          {
            name: 'Job',
            isRowHeader: true,
            title: titleOf,
            cell: (run) => (
              <span className="two-lines">
                <span className="block truncate text-text">{titleOf(run)}</span>
                <small>{describeOutcome(run)}</small>
              </span>
            ),
          },
          { name: 'State', width: 'w-32', cell: ({ state }) => stateWords[state] },
          {
            name: 'Started',
            width: 'w-40',
            className: 'max-phone:hidden',
            title: ({ started_at, queued_at }) => formatExact(started_at ?? queued_at),
            cell: ({ started_at, queued_at }) => formatAgo(started_at ?? queued_at),
          },
          {
            name: 'Duration',
            width: 'w-28',
            className: 'max-tablet:hidden',
            isNumber: true,
            cell: ({ started_at, finished_at }) =>
              started_at === null || finished_at === null
                ? '–'
                : `${((finished_at - started_at) / 1000).toFixed(1)} s`,
          },
        ]}
      />
    </ActivityFrame>
  );
}

function describeOutcome({ error, progress, result }: Run): string {
  if (error) return error.detail;
  if (result)
    return Object.entries(result)
      .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${value}`)
      .join(', ');
  if (!progress) return '';
  return progress.total === null ? String(progress.done) : `${progress.done} of ${progress.total}`;
}
