import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { formatCount } from '../ui/time.ts';

export type PlainSecrets = components['schemas']['PlainSecrets'];

/** Plain variables that look like secrets. */
export const plainSecretsQuery = queryOptions({
  queryKey: ['plain-secrets'],
  queryFn: () => ask(client.GET('/plain-secrets')),
});

export type LeftPlain = components['schemas']['LeftPlain'];

/** Those that someone left plain on purpose. */
export const leftPlainQuery = queryOptions({
  queryKey: ['plain-secrets', 'left'],
  queryFn: () => ask(client.GET('/plain-secrets/left')),
});

/** As it was seen: with a newer value or name it is asked about again. */
export const leavePlain = ({ id, updated_at }: PlainSecrets['variables'][number]) =>
  ask(
    client.POST('/plain-secrets/leave', {
      body: { ids: [id], expected_updated_at: { [String(id)]: updated_at } },
    }),
  );

export const askAgain = ({ id }: LeftPlain) =>
  ask(client.POST('/plain-secrets/ask-again', { body: { ids: [id] } }));

export const encryptPlainSecrets = (ids: number[]) =>
  ask(client.POST('/plain-secrets/encrypt', { body: { ids } }));

/** "3 plain variables look like secrets". */
export function sayPlainSecrets({ variables, has_more }: PlainSecrets): string {
  const { length } = variables;
  const count = has_more
    ? `More than ${length.toLocaleString()} plain variables`
    : formatCount(length, 'plain variable');
  return `${count} ${length === 1 ? 'looks like a secret' : 'look like secrets'}`;
}
