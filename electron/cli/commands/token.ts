import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, formatDay, formatTable, requireText, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import {
  addressOptions,
  FROM_NOTES,
  lifeOptions,
  readAddresses,
  readEnd,
  readEndWithin,
  readNewAddresses,
  sayExamples,
  sayFrom,
} from '../people/key-options.ts';
import { ROLES, readRole } from '../people/role-option.ts';

const MANAGE = 'users:manage';

export const commands: Record<string, Command> = {
  'token create': {
    usage: `token create --name N --role ${ROLES} [--days N|never] [--from CIDR …] [--hide-secrets | --manage-people]`,
    summary: 'Creates an API key and prints it once, with lines that use it on standard error.',
    notes: `--days           how long it is valid; a year without it.
--from           ${FROM_NOTES}
--hide-secrets   it sees that secrets are set, and never their values.
--manage-people  it may also add, delete and restore people below administrator, and change their roles. Only with
                 --role admin, and for at most 90 days, which is also how long it is valid without --days. Whoever has
                 the key can sign in as the people that it adds.`,
    options: {
      name: { type: 'string' },
      role: { type: 'string' },
      ...lifeOptions,
      ...addressOptions,
      'hide-secrets': { type: 'boolean' },
      'manage-people': { type: 'boolean' },
    },
    async run(invocation) {
      const name = requireText(invocation, 'name');
      const role = readRole(invocation);
      const managesPeople = invocation.values['manage-people'] === true;
      if (managesPeople && role !== 'admin') throw usageError('--manage-people needs --role admin.');
      const end = readEnd(invocation);
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
            ...end,
            ...(managesPeople ? { permissions: await listWithManaging(client) } : {}),
            hide_secrets: hidesSecrets,
            ...readAddresses(invocation),
          },
        });
        invocation.print(key, () => key.api_key);
        sayExamples(invocation, key);
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
        const known = await findKey(client, name);
        const key = await client.post('/api-keys/{id}/rotate', { path: { id: known.id } });
        invocation.print(key, () => key.api_key);
        sayExamples(invocation, key);
        return exitCodes.done;
      });
    },
  },
  'token list': {
    usage: 'token list',
    summary:
      'Lists API keys, without the keys: what each may, from where, until when, and when it was last used.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const { api_keys } = await client.get('/api-keys');
        invocation.print(api_keys, () =>
          api_keys.length === 0 ? 'No API keys yet.' : formatTable(api_keys.map(describeKey)),
        );
        return exitCodes.done;
      });
    },
  },
  'token limit': {
    usage: 'token limit --name N (--from CIDR … | --anywhere)',
    summary: 'Says from which addresses an API key may be used, from its next request on.',
    notes: 'The list takes the place of the one before. --anywhere removes it.',
    options: {
      name: { type: 'string' },
      ...addressOptions,
      anywhere: { type: 'boolean' },
    },
    async run(invocation) {
      const name = requireText(invocation, 'name');
      const allowedFrom = readNewAddresses(invocation);
      return await withClient(invocation, async (client) => {
        const { id } = await findKey(client, name);
        const key = await client.put('/api-keys/{id}', {
          path: { id },
          body: { allowed_from: allowedFrom },
        });
        invocation.print(key, () => `${key.name} may be used from ${sayFrom(key.allowed_from)}.`);
        return exitCodes.done;
      });
    },
  },
  'token approve': {
    usage: `token approve CODE --role ${ROLES} [--days N] [--yes]`,
    summary: 'Signs in a command line on another computer, which shows the code and waits.',
    options: { role: { type: 'string' }, ...lifeOptions, yes: { type: 'boolean' } },
    positionals: [1, 1],
    notes:
      'Its key ends after 90 days, or after --days, 366 at most. Says first who asked, and asks; --yes skips the question.\nThe console does the same under /cli-login. The code alone opens nothing.',
    async run(invocation) {
      const code = invocation.positionals[0] as string;
      const role = readRole(invocation);
      const chosen = readEndWithin(invocation, 366);
      return await withClient(invocation, async (client) => {
        await confirmLoss(invocation, {
          said: await describe(client, code),
          act: 'approve it',
          done: 'approved',
        });
        const key = await client.post('/auth/cli/device/approve', {
          body: { user_code: code, role_type: role, ...chosen },
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

async function findKey(client: Client, name: string): Promise<Schemas['ApiKey']> {
  const { api_keys } = await client.get('/api-keys');
  const known = api_keys.find((key) => key.name === name);
  if (!known) throw new CommandError('not_found', 'No API key has this name.');
  return known;
}

function describeKey(key: Schemas['ApiKey']): string[] {
  const day = (text: string | null) => formatDay(text === null ? null : Date.parse(text));
  return [
    key.name,
    key.role_type,
    key.is_active ? `until ${key.expires_at === null ? 'it is deleted' : day(key.expires_at)}` : 'turned off',
    `from ${sayFrom(key.allowed_from)}`,
    key.last_used_at === null ? 'never used' : `last used ${day(key.last_used_at)}`,
  ];
}

/** What the role brings, and managing people, which it does not bring. */
async function listWithManaging(client: Client): Promise<Schemas['AvailablePermission']['name'][]> {
  const { roles: known } = await client.get('/api-keys/permissions');
  const ofRole = known.find(({ name }) => name === 'admin')?.permissions ?? [];
  return [...ofRole, MANAGE];
}

/** Who asked, and what that is worth. */
async function describe(client: Client, code: string): Promise<string> {
  const { client_name, requested_ip } = await client.post('/auth/cli/device/lookup', {
    body: { user_code: code },
  });
  return `A command line that calls itself “${client_name}” asked from ${requested_ip ?? 'this machine'}.
The name is a label that any program can choose: approve only what you started yourself, just now.`;
}
