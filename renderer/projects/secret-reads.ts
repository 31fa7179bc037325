import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, askConfirmed, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { sayActor } from '../ui/actor.tsx';
import { formatCount } from '../ui/time.ts';

export type VariableRead = components['schemas']['VariableRead'];
export type UnusualRead = components['schemas']['UnusualRead'];

const PAGE_ROWS = 50;

export const variableReadsQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: ['secret-reads', 'variables', id],
    queryFn: ({ pageParam }) =>
      ask(
        client.GET('/secret-reads/variables/{id}', {
          params: {
            path: { id },
            query: { limit: PAGE_ROWS, ...(pageParam === null ? {} : { before: pageParam }) },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

/** Unusual readings that nobody dismissed. */
export const unusualReadsQuery = queryOptions({
  queryKey: ['secret-reads', 'unusual'],
  queryFn: () => ask(client.GET('/secret-reads/unusual')),
});

export const dismissUnusualRead = (id: number) =>
  askConfirmed(() => client.POST('/secret-reads/unusual/{id}/dismiss', { params: { path: { id } } }));

type Reader = Pick<VariableRead, 'by' | 'via'>;

const vias: Record<NonNullable<Reader['via']>, string> = {
  window: 'in the window',
  socket: 'on the command line',
  browser: 'in a browser',
};

/** Of the owner: "in a browser". Null for others. */
export const sayVia = ({ via }: Pick<Reader, 'via'>): string | null => (via === null ? null : vias[via]);

function sayReader({ by, via }: Reader): string {
  return via === null ? sayActor(by) : `${sayActor(by)}, ${vias[via]},`;
}

const ways: Record<UnusualRead['how'], string> = {
  managed: 'Added, deleted or restored people, or changed their roles, the first time',
  revealed: 'Revealed',
  exported: 'Exported as a file',
  run: 'Read for a program',
  compared: 'Compared with an imported file or another environment',
};

/** "Exported as a file, with 12 more". */
export const sayWay = ({
  how,
  together,
}: Pick<UnusualRead, 'how'> & Pick<VariableRead, 'together'>): string =>
  together > 1 ? `${ways[how]}, with ${(together - 1).toLocaleString()} more` : ways[how];

/** What was read, for the title of a notice. */
export const sayUnusual = (read: UnusualRead): string =>
  read.how === 'managed'
    ? `${sayReader(read)} managed people ${formatCount(read.variables, 'time')}`
    : `${sayReader(read)} read ${formatCount(read.variables, 'secret')}`;

const rules: Record<UnusualRead['rule'], string> = {
  new_key: 'It is its first reading, within a day of its creation.',
  bulk: 'It never read so many within an hour before.',
  people: 'Activity shows whom, and what was done.',
};

export const sayWhyUnusual = ({ rule }: UnusualRead): string => rules[rule];
