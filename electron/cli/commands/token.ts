import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, type Invocation, requireText, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
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
      const wanted = requireText(invocation, 'role');
      const role = roles.find((known) => known === wanted);
      if (!role) throw usageError(`--role must be one of ${roles.join(', ')}.`);
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
};

/** What the role brings, and managing people, which it does not bring. */
async function listWithManaging(client: Client): Promise<Schemas['AvailablePermission']['name'][]> {
  const { roles: known } = await client.get('/api-keys/permissions');
  const ofRole = known.find(({ name }) => name === 'admin')?.permissions ?? [];
  return [...ofRole, MANAGE];
}

function readDays(invocation: Invocation): number | undefined {
  const text = findText(invocation, 'days');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw usageError('--days must be a whole number from 1 to 9999.');
  return Number(text);
}
