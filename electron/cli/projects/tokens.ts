import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import {
  findTexts,
  formatDay,
  formatTable,
  type Invocation,
  type OptionValues,
  withClient,
} from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import {
  addressOptions,
  FROM_NOTES,
  lifeOptions,
  readAddresses,
  readEnd,
  readNewAddresses,
  sayExamples,
  sayFrom,
} from '../people/key-options.ts';
import { readScope } from '../project-scope.ts';
import { writeForPeople } from '../terminal-text.ts';

type Token = Schemas['DeploymentToken'];

export const TOKENS_USAGE =
  'projects tokens [list|create NAME|limit NAME|delete NAME] -p PROJECT [--permission P …] [--days N|never] [--from CIDR … | --anywhere] [--yes]' as const;
export const TOKENS_NOTES = `create prints the token once, with lines that use it on standard error. limit says from where it may be used, from its next
request on: its list takes the place of the one before, and --anywhere removes it. delete says first what ends, and asks;
--yes skips the question.
--permission     what it may, of projects:read, environments:read (names, and plain values) and environments:reveal (values of
                 secrets); may be given several times. All three without it, as far as you have them.
--days           how long it is valid; a year without it.
--from           ${FROM_NOTES}`;
export const tokenOptions = {
  permission: { type: 'string', multiple: true },
  ...lifeOptions,
  ...addressOptions,
  anywhere: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

/** What each action takes: how many names, and which options. */
const actions: Readonly<Record<string, { names: number; options: readonly string[] }>> = {
  list: { names: 0, options: [] },
  create: { names: 1, options: ['permission', 'days', 'from'] },
  limit: { names: 1, options: ['from', 'anywhere'] },
  delete: { names: 1, options: ['yes'] },
};

/** `projects tokens`. */
export async function manageTokens(invocation: Invocation): Promise<number> {
  const [action = 'list', name = ''] = invocation.positionals;
  const taken = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (!taken || Math.max(0, invocation.positionals.length - 1) !== taken.names)
    throw usageError(`usage: temps-desktop ${TOKENS_USAGE}`);
  // An option that is passed over could be the limit that someone relies on.
  const stray = findStray(invocation.values, taken.options);
  if (stray !== undefined) throw usageError(`--${stray} is no option of projects tokens ${action}.`);
  const { project } = readScope(invocation);
  const change = {
    list: () => withClient(invocation, (client) => list(invocation, client, project)),
    create: () => create(invocation, project, name),
    limit: () => limit(invocation, project, name),
    delete: () => withClient(invocation, (client) => remove(invocation, client, project, name)),
  }[action as 'list' | 'create' | 'limit' | 'delete'];
  await change();
  return exitCodes.done;
}

const findStray = (values: OptionValues, taken: readonly string[]) =>
  Object.entries(values).find(
    ([option, value]) =>
      value !== undefined && Object.hasOwn(tokenOptions, option) && !taken.includes(option),
  )?.[0];

async function list(invocation: Invocation, client: Client, project: string): Promise<void> {
  const { tokens } = await client.get('/projects/{project}/deployment-tokens', { path: { project } });
  invocation.print(tokens, () =>
    tokens.length === 0 ? 'No deployment tokens yet.' : formatTable(tokens.map(describe)),
  );
}

async function create(invocation: Invocation, project: string, name: string): Promise<void> {
  const permissions = findTexts(invocation, 'permission');
  const body = {
    name,
    ...(permissions.length === 0 ? {} : { permissions }),
    ...readEnd(invocation),
    ...readAddresses(invocation),
  };
  await withClient(invocation, async (client) => {
    const path = { project };
    const token = await client.post('/projects/{project}/deployment-tokens', { path, body });
    invocation.print(token, () => token.token);
    if (invocation.json) return;
    for (const { name: without, reason } of token.permissions_not_given)
      writeForPeople(process.stderr, `Without ${without}: ${reason}\n`);
    sayExamples(invocation, token);
  });
}

async function limit(invocation: Invocation, project: string, name: string): Promise<void> {
  const allowedFrom = readNewAddresses(invocation);
  await withClient(invocation, async (client) => {
    const { id } = await findToken(client, project, name);
    const token = await client.put('/projects/{project}/deployment-tokens/{id}', {
      path: { project, id },
      body: { allowed_from: allowedFrom },
    });
    invocation.print(token, () => `${token.name} may be used from ${sayFrom(token.allowed_from)}.`);
  });
}

async function remove(invocation: Invocation, client: Client, project: string, name: string): Promise<void> {
  const { id, last_used_at } = await findToken(client, project, name);
  const used = last_used_at === null ? 'It was never used' : `It was last used ${toDay(last_used_at)}`;
  await confirmLoss(invocation, {
    said: `${name} stops working immediately everywhere. ${used}. A new token will be different.`,
    act: `delete ${name}`,
    done: 'deleted',
  });
  await client.delete('/projects/{project}/deployment-tokens/{id}', { path: { project, id } });
  invocation.print({ deleted: name }, () => `Deleted ${name}.`);
}

async function findToken(client: Client, project: string, name: string): Promise<Token> {
  const { tokens } = await client.get('/projects/{project}/deployment-tokens', { path: { project } });
  const known = tokens.find((token) => token.name === name);
  if (!known) throw new CommandError('not_found', `No deployment token of ${project} has this name.`);
  return known;
}

const toDay = (text: string | null) => formatDay(text === null ? null : Date.parse(text));

function describe({ name, permissions, is_active, expires_at, allowed_from, last_used_at }: Token): string[] {
  return [
    name,
    permissions.join(', '),
    is_active ? `until ${expires_at === null ? 'it is deleted' : toDay(expires_at)}` : 'turned off',
    `from ${sayFrom(allowed_from)}`,
    last_used_at === null ? 'never used' : `last used ${toDay(last_used_at)}`,
  ];
}
