import { type Command, findText, type Invocation, requireText, withClient } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { askNew, hasTerminal, readStdinLine } from '../prompt.ts';

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
    summary: "Sets a user's password and ends their sessions.",
    options: accountOptions,
    async run(invocation) {
      const email = requireText(invocation, 'email');
      const password = await readPassword(invocation);
      return await withClient(invocation, async (client) => {
        await client.post('/users/reset-password', { body: { email, password } });
        invocation.print({ email }, () => `Set a new password for ${email} and ended their sessions.`);
        return exitCodes.done;
      });
    },
  },
};

async function readPassword(invocation: Invocation): Promise<string> {
  if (invocation.values['password-stdin'] || !hasTerminal()) return await readStdinLine();
  return await askNew('Password');
}
