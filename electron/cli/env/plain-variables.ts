import type { Schemas } from '../api-request.ts';
import { sayActor } from '../audit/actor-words.ts';
import type { Client } from '../client.ts';
import { formatDay, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { countPlainSecrets, describePlainSecrets } from '../plain-secret-words.ts';
import type { GivenScope } from '../project-scope.ts';
import { getNamedVariable, readNamedScope } from './find-variable.ts';

export const PLAIN_USAGE = 'env plain [leave KEY|ask-again KEY] [-p PROJECT] [-e ENV]';

/** Lists plain variables that look like secrets, and those left plain on purpose; leaves one plain, or takes that back. */
export async function managePlain(invocation: Invocation): Promise<number> {
  const [action, key] = invocation.positionals;
  if (action !== undefined && (key === undefined || (action !== 'leave' && action !== 'ask-again')))
    throw usageError(`usage: temps-desktop ${PLAIN_USAGE}`);
  const given = key === undefined ? null : readNamedScope(invocation, key);
  return await withClient(invocation, async (client) => {
    if (key === undefined) await list(invocation, client);
    else if (action === 'leave') await leave(invocation, client, given, key);
    else await askAgain(invocation, client, given, key);
    return exitCodes.done;
  });
}

async function leave(
  invocation: Invocation,
  client: Client,
  given: GivenScope | null,
  key: string,
): Promise<void> {
  const { id, updated_at } = await getNamedVariable(given, client, key);
  const { left } = await client.post('/plain-secrets/leave', {
    body: { ids: [id], expected_updated_at: { [id]: updated_at } },
  });
  if (left === 0)
    throw new CommandError('invalid_request', `${key} is no plain variable that looks like a secret.`);
  invocation.print({ left: key }, () => `${key} stays plain, until its value or name changes.`);
}

async function askAgain(
  invocation: Invocation,
  client: Client,
  given: GivenScope | null,
  key: string,
): Promise<void> {
  const { id } = await getNamedVariable(given, client, key);
  const { asked_again } = await client.post('/plain-secrets/ask-again', { body: { ids: [id] } });
  if (asked_again === 0) throw new CommandError('invalid_request', `${key} was not left plain on purpose.`);
  invocation.print({ asked_again: key }, () => `${key} is listed again, if it looks like a secret.`);
}

async function list(invocation: Invocation, client: Client): Promise<void> {
  const plain = await client.get('/plain-secrets');
  const left = await client.get('/plain-secrets/left');
  invocation.print({ ...plain, left: left.variables, has_more_left: left.has_more }, () =>
    [...describeAsked(plain), ...describeLeft(left)].join('\n'),
  );
}

function describeAsked(plain: Schemas['PlainSecrets']): string[] {
  if (plain.variables.length === 0) return ['No plain variable looks like a secret.'];
  return [
    `${countPlainSecrets(plain)}. env encrypt encrypts them; env plain leave KEY leaves one as it is:`,
    describePlainSecrets(plain.variables),
  ];
}

function describeLeft({ variables, has_more }: Schemas['LeftPlainList']): string[] {
  if (variables.length === 0) return [];
  const rows = variables.map(({ key, project, environments, left_by_actor, left_at }) => [
    key,
    project?.slug ?? 'shared',
    environments.join(', '),
    `by ${sayActor(left_by_actor)}, ${formatDay(left_at)}`,
  ]);
  return [
    `Left plain on purpose${has_more ? ', the last ones' : ''}; env plain ask-again KEY takes that back:`,
    formatTable(rows),
  ];
}
