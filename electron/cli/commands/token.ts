import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, formatDay, type Invocation, requireText, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';

const roles = ['admin', 'user', 'reader'] as const;
const MANAGE = 'users:manage';
const DAY_MS = 24 * 60 * 60 * 1000;

export const commands: Record<string, Command> = {
  'token create': {
    usage: 'token create --name N --role admin|user|reader [--days N] [--hide-secrets | --manage-people]',
    summary: 'Creates an API key and prints it once.',
    notes: `--days           how long it is valid; a year without it.
--hide-secrets   it sees that secrets are set, and never their values.
--manage-people  it may also add, delete and restore people below administrator, and change their roles. Only with
                 --role admin, and for at most 90 days, which is also how long it is valid without --days. Whoever has
                 the key can sign in as the people that it adds.`,
    options: {
      name: { type: 'string' },
      role: { type: 'string' },
      days: { type: 'string' },
      'hide-secrets': { type: 'boolean' },
      'manage-people': { type: 'boolean' },
    },
    async run(invocation) {
      const name = requireText(invocation, 'name');
      const role = requireRole(invocation);
      const managesPeople = invocation.values['manage-people'] === true;
      if (managesPeople && role !== 'admin') throw usageError('--manage-people needs --role admin.');
      const days = readDays(invocation);
      const hidesSecrets = invocation.values['hide-secrets'] === true;
      if (managesPeople && hidesSecrets)
        throw usageError(
          '--hide-secrets cannot go with --manage-people: the key could sign in as who sees them.',
        );
      return await withClient(invocation, async (client) => {
        const key = await client.post('/api-keys', {
          body: {
            name,
            role_type: role,
            ...(days === undefined ? {} : { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() }),
            ...(managesPeople ? { permissions: await listWithManaging(client) } : {}),
            hide_secrets: hidesSecrets,
          },
        });
        invocation.print(key, () => key.api_key);
        return exitCodes.done;
      });
    },
  },
  'token rotate': {
    usage: 'token rotate --name N',
    summary:
      'Gives an API key a new text and prints it once. The old one ends; what it may and its end stay.',
    options: { name: { type: 'string' } },
    async run(invocation) {
      const name = requireText(invocation, 'name');
      return await withClient(invocation, async (client) => {
        const { api_keys } = await client.get('/api-keys');
        const known = api_keys.find((key) => key.name === name);
        if (!known) throw new CommandError('not_found', 'No API key has this name.');
        const key = await client.post('/api-keys/{id}/rotate', { path: { id: known.id } });
        invocation.print(key, () => key.api_key);
        return exitCodes.done;
      });
    },
  },
  'token approve': {
    usage: 'token approve CODE --role admin|user|reader [--days N] [--yes]',
    summary: 'Signs in a command line on another computer, which shows the code and waits.',
    options: { role: { type: 'string' }, days: { type: 'string' }, yes: { type: 'boolean' } },
    positionals: [1, 1],
    notes:
      'Its key ends after 90 days, or after --days, 366 at most. Says first who asked, and asks; --yes skips the question.\nThe console does the same under /cli-login. The code alone opens nothing.',
    async run(invocation) {
      const code = invocation.positionals[0] as string;
      const role = requireRole(invocation);
      const days = readDays(invocation, 366);
      return await withClient(invocation, async (client) => {
        await confirmLoss(invocation, {
          said: await describe(client, code),
          act: 'approve it',
          done: 'approved',
        });
        const key = await client.post('/auth/cli/device/approve', {
          body: {
            user_code: code,
            role_type: role,
            ...(days === undefined ? {} : { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() }),
          },
        });
        const end = key.expires_at === null ? null : Date.parse(key.expires_at);
        invocation.print(key, () => `Approved: ${key.name}, as ${key.role_type}, until ${formatDay(end)}.`);
        return exitCodes.done;
      });
    },
  },
  'token deny': {
    usage: 'token deny CODE',
    summary: 'Refuses a command line that waits to be signed in.',
    positionals: [1, 1],
    async run(invocation) {
      const code = invocation.positionals[0] as string;
      return await withClient(invocation, async (client) => {
        await client.post('/auth/cli/device/deny', { body: { user_code: code } });
        invocation.print({ denied: true }, () => 'Denied. The program was told so.');
        return exitCodes.done;
      });
    },
  },
};

/** What the role brings, and managing people, which it does not bring. */
async function listWithManaging(client: Client): Promise<Schemas['AvailablePermission']['name'][]> {
  const { roles: known } = await client.get('/api-keys/permissions');
  const ofRole = known.find(({ name }) => name === 'admin')?.permissions ?? [];
  return [...ofRole, MANAGE];
}

function readDays(invocation: Invocation, most = 9999): number | undefined {
  const text = findText(invocation, 'days');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > most)
    throw usageError(`--days must be a whole number from 1 to ${most}.`);
  return Number(text);
}

function requireRole(invocation: Invocation): (typeof roles)[number] {
  const wanted = requireText(invocation, 'role');
  const role = roles.find((known) => known === wanted);
  if (!role) throw usageError(`--role must be one of ${roles.join(', ')}.`);
  return role;
}

/** Who asked, and what that is worth. */
async function describe(client: Client, code: string): Promise<string> {
  const { client_name, requested_ip } = await client.post('/auth/cli/device/lookup', {
    body: { user_code: code },
  });
  return `A command line that calls itself “${client_name}” asked from ${requested_ip ?? 'this machine'}.
The name is a label that any program can choose: approve only what you started yourself, just now.`;
}
