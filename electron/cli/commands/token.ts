import { type Command, requireText, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';

const roles = ['admin', 'user', 'reader'] as const;

export const commands: Record<string, Command> = {
  'token create': {
    usage: 'token create --name N --role admin|user|reader',
    summary: 'Creates an API key and prints it once.',
    options: { name: { type: 'string' }, role: { type: 'string' } },
    async run(invocation) {
      const name = requireText(invocation, 'name');
      const wanted = requireText(invocation, 'role');
      const role = roles.find((known) => known === wanted);
      if (!role) throw usageError(`--role must be one of ${roles.join(', ')}.`);
      return await withClient(invocation, async (client) => {
        const key = await client.post('/api-keys', { body: { name, role_type: role } });
        invocation.print(key, () => key.api_key);
        return exitCodes.done;
      });
    },
  },
};
