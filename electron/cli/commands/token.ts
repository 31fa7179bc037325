import type { Client } from '../client.ts';
import { type Command, findText, formatDay, type Invocation, requireText, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';

const roles = ['admin', 'user', 'reader'] as const;
const DAY_MS = 24 * 60 * 60 * 1000;

export const commands: Record<string, Command> = {
  'token create': {
    usage: 'token create --name N --role admin|user|reader',
    summary: 'Creates an API key and prints it once.',
    options: { name: { type: 'string' }, role: { type: 'string' } },
    async run(invocation) {
      const name = requireText(invocation, 'name');
      const role = requireRole(invocation);
      return await withClient(invocation, async (client) => {
        const key = await client.post('/api-keys', { body: { name, role_type: role } });
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
      const days = findDays(invocation);
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
            ...(days === null ? {} : { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() }),
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

function requireRole(invocation: Invocation): (typeof roles)[number] {
  const wanted = requireText(invocation, 'role');
  const role = roles.find((known) => known === wanted);
  if (!role) throw usageError(`--role must be one of ${roles.join(', ')}.`);
  return role;
}

function findDays(invocation: Invocation): number | null {
  const given = findText(invocation, 'days');
  if (given === undefined) return null;
  if (!/^[1-9]\d{0,2}$/.test(given) || Number(given) > 366)
    throw usageError('--days is a number from 1 to 366.');
  return Number(given);
}

/** Who asked, and what that is worth. */
async function describe(client: Client, code: string): Promise<string> {
  const { client_name, requested_ip } = await client.post('/auth/cli/device/lookup', {
    body: { user_code: code },
  });
  return `A command line that calls itself “${client_name}” asked from ${requested_ip ?? 'this machine'}.
The name is a label that any program can choose: approve only what you started yourself, just now.`;
}
