import type { Schemas } from '../api-request.ts';
import { sayActor } from '../audit/actor-words.ts';
import {
  type Command,
  findText,
  formatMinute,
  formatTable,
  type Invocation,
  requireText,
  withClient,
} from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { writeForPeople } from '../terminal-text.ts';
import { normalizeEmail } from './email.ts';
import { ROLES, readRole } from './role-option.ts';

const MAX_HOURS = 72;

export const commands: Record<string, Command> = {
  'users list': {
    usage: 'users list',
    summary: 'Lists people with access, and who has not chosen a password of their own yet.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const people = await client.get('/users');
        invocation.print(people, () => (people.length === 0 ? 'No people yet.' : describePeople(people)));
        return exitCodes.done;
      });
    },
  },
  'users invite': {
    usage: `users invite --email E [--name N] [--role ${ROLES}] [--hours N] [--url URL]`,
    summary: 'Creates a link by which someone makes their own account, and prints it once.',
    notes: `--role   user without it. A member has no project until they have a role in one: projects members.
--hours  how long the link works; ${MAX_HOURS} without it, which is the most.
--url    under which name they reach the console: https://temps.lan:4443. Without it, that of this machine.
The link works once. Whoever opens it first chooses the password: send it in a way that only they can read.`,
    options: {
      email: { type: 'string' },
      name: { type: 'string' },
      role: { type: 'string' },
      hours: { type: 'string' },
      url: { type: 'string' },
    },
    async run(invocation) {
      const email = requireText(invocation, 'email');
      const name = findText(invocation, 'name');
      const role = readRole(invocation, 'user');
      const hours = readHours(invocation);
      const base = readBase(invocation);
      return await withClient(invocation, async (client) => {
        const made = await client.post('/users/invitations', {
          body: { email, name, role_type: role, hours },
        });
        const link = base === null ? made.link : `${base}${made.path}`;
        invocation.print({ ...made, link }, () => link);
        if (!invocation.json) writeForPeople(process.stderr, `${describeNew(made, link === made.path)}\n`);
        return exitCodes.done;
      });
    },
  },
  'users invites': {
    usage: 'users invites',
    summary: 'Lists the invitations that wait. Their links are not shown again.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const { invitations } = await client.get('/users/invitations');
        invocation.print(invitations, () =>
          invitations.length === 0 ? 'No invitations wait.' : describeInvitations(invitations),
        );
        return exitCodes.done;
      });
    },
  },
  'users revoke': {
    usage: 'users revoke EMAIL',
    summary: 'Revokes the invitation of an address: its link opens nothing any more.',
    positionals: [1, 1],
    async run(invocation) {
      const wanted = normalizeEmail(invocation.positionals[0] as string);
      return await withClient(invocation, async (client) => {
        const { invitations } = await client.get('/users/invitations');
        const found = invitations.find(({ email }) => email === wanted);
        if (!found) throw new CommandError('not_found', 'No invitation waits for this address.');
        await client.delete('/users/invitations/{id}', { path: { id: found.id } });
        invocation.print(
          { email: found.email, revoked: true },
          () => `Revoked the invitation of ${found.email}.`,
        );
        return exitCodes.done;
      });
    },
  },
};

function describePeople(people: Schemas['User'][]): string {
  return formatTable(
    people.map(({ user, roles: held }) => [
      user.email,
      user.name,
      held.map(({ name }) => name).join(', ') || 'read only',
      user.mfa_enabled ? 'second factor' : 'no second factor',
      user.must_change_password ? 'has to choose their own password' : '',
    ]),
  );
}

function describeInvitations(invitations: Schemas['Invitation'][]): string {
  return formatTable(
    invitations.map(({ email, role, invited_by_actor, expires_at, is_void }) => [
      email,
      role,
      `by ${sayActor(invited_by_actor)}`,
      is_void ? 'no longer valid: they may not add people now' : `until ${formatMinute(expires_at)}`,
    ]),
  );
}

function describeNew({ email, role, expires_at }: Schemas['NewInvitation'], isPathAlone: boolean): string {
  const says = `${email} can make an account as ${role} with it, once, until ${formatMinute(expires_at)}. It is not shown again.`;
  return isPathAlone
    ? `${says} Put the address of the console before it: the instance is not running now, or its console is closed.`
    : says;
}

function readHours(invocation: Invocation): number | undefined {
  const text = findText(invocation, 'hours');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(text) || Number(text) > MAX_HOURS)
    throw usageError(`--hours must be a whole number from 1 to ${MAX_HOURS}.`);
  return Number(text);
}

/** Without a slash at its end; null where none was given. */
function readBase(invocation: Invocation): string | null {
  const text = findText(invocation, 'url');
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search || url.hash || url.username)
    throw usageError('--url must be an https address without a path: https://temps.lan:4443');
  return url.origin;
}
