import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, type Invocation, requireText, withClient } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { normalizeEmail } from '../people/email.ts';
import { askNew, hasTerminal, readPipedSecret } from '../prompt.ts';
import { writeOut } from '../terminal-text.ts';

const accountOptions = {
  email: { type: 'string' },
  name: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

export const commands: Record<string, Command> = {
  'admin create': {
    usage: 'admin create --email E [--name N] --password-stdin',
    summary: 'Creates the first administrator. The password comes from standard input or a prompt.',
    options: accountOptions,
    async run(invocation) {
      const email = requireText(invocation, 'email');
      const name = findText(invocation, 'name') ?? '';
      const password = await readPassword(invocation);
      return await withClient(
        invocation,
        async (client) => {
          const made = await client.post('/users/administrator', { body: { email, name, password } });
          invocation.print(made, () => `Created the administrator ${made.user.email}.`);
          return exitCodes.done;
        },
        true,
      );
    },
  },
  'admin reset-password': {
    usage: 'admin reset-password --email E --password-stdin',
    summary: "Sets a user's password and ends their sessions and keys.",
    notes: 'The keys and tokens that will stop working are listed before the password is asked for.',
    options: accountOptions,
    async run(invocation) {
      const email = requireText(invocation, 'email');
      return await withClient(invocation, async (client) => {
        const keys = await listKeysOf(client, email);
        for (const line of describeKeys(keys)) writeOut(process.stderr, `${line}\n`);
        const password = await readPassword(invocation);
        await client.post('/users/reset-password', { body: { email, password } });
        const { user } = await findPerson(client, email);
        invocation.print(
          { email, ended: keys, must_change_password: user.must_change_password },
          () =>
            `Set a new password for ${email} and ended their sessions and keys.${user.must_change_password ? ' They have to choose their own when they sign in with it.' : ''}`,
        );
        return exitCodes.done;
      });
    },
  },
};

async function findPerson(client: Client, email: string): Promise<Schemas['User']> {
  const wanted = normalizeEmail(email);
  const person = (await client.get('/users')).find(({ user }) => user.email === wanted);
  if (!person) throw new CommandError('not_found', 'No user has this e-mail address.');
  return person;
}

async function listKeysOf(client: Client, email: string): Promise<Schemas['KeysOfPerson']> {
  const { user } = await findPerson(client, email);
  return await client.get('/users/{id}/keys', { path: { id: user.id } });
}

function describeKeys({ api_keys, deployment_tokens }: Schemas['KeysOfPerson']): string[] {
  const names = [
    ...api_keys.map(({ name }) => `  API key ${name}`),
    ...deployment_tokens.map(({ name, project }) => `  deployment token ${name} of ${project}`),
  ];
  return names.length === 0 ? [] : ['These stop working with the new password:', ...names];
}

async function readPassword(invocation: Invocation): Promise<string> {
  if (invocation.values['password-stdin'] || !hasTerminal()) return await readPipedSecret('password');
  return await askNew('Password');
}
