import type { Schemas } from '../api-request.ts';
import { type Command, findText, formatMinute, formatTable, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { normalizeEmail } from './email.ts';

export const commands: Record<string, Command> = {
  'sessions list': {
    usage: 'sessions list [--email E]',
    summary: 'Lists where people are signed in: with what, from where, since when.',
    notes:
      'Browsers say themselves what they are. An address is that of the connection: behind a reverse proxy, the proxy’s.',
    options: { email: { type: 'string' } },
    async run(invocation) {
      const wanted = findText(invocation, 'email');
      const email = wanted === undefined ? undefined : normalizeEmail(wanted);
      return await withClient(invocation, async (client) => {
        const { sessions } = await client.get('/users/sessions');
        const shown = sessions.filter(({ person }) => email === undefined || person?.email === email);
        invocation.print(shown, () =>
          shown.length === 0 ? 'Nobody is signed in.' : formatTable(shown.map(describe)),
        );
        return exitCodes.done;
      });
    },
  },
  'sessions revoke': {
    usage: 'sessions revoke ID',
    summary: 'Ends a session at once. Its number is in sessions list.',
    positionals: [1, 1],
    async run(invocation) {
      const text = invocation.positionals[0] as string;
      if (!/^[1-9]\d{0,14}$/.test(text)) throw usageError('ID must be a number of sessions list.');
      const id = Number(text);
      return await withClient(invocation, async (client) => {
        const { sessions } = await client.get('/users/sessions');
        if (!sessions.some((session) => session.id === id))
          throw new CommandError('not_found', 'There is no such session.');
        await client.delete('/users/sessions/{id}', { path: { id } });
        invocation.print({ id, revoked: true }, () => `Ended session ${id}.`);
        return exitCodes.done;
      });
    },
  },
};

const places: Record<NonNullable<Schemas['SessionOfPerson']['place']>, string> = {
  this_machine: 'this machine',
  private_network: 'private network',
  internet: 'internet',
};

function describe(session: Schemas['SessionOfPerson']): (string | number)[] {
  const { id, person, kind, browser, system, ip, place, created_at, last_seen_at } = session;
  const state =
    kind === 'mfa_pending' ? ', waiting for the second factor' : kind === 'owner' ? ', as owner' : '';
  return [
    id,
    `${person?.email ?? 'the owner'}${state}`,
    `${browser ?? 'unknown program'}${system === null ? '' : ` on ${system}`}`,
    ip === null ? '–' : `${ip}${place === null ? '' : ` (${places[place]})`}`,
    `signed in ${formatMinute(created_at)}`,
    `last seen ${last_seen_at === null ? '–' : formatMinute(last_seen_at)}`,
  ];
}
