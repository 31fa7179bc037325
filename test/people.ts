interface Sent {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  body: any;
  text?: string;
}

export interface NewPerson {
  email: string;
  password: string;
  name?: string;
  role?: string;
  roles?: readonly string[];
}

/**
 * Someone with an account and a password of their own, as they get it: by an invitation. `owner` sends as whoever invites.
 * Gives the account as the API does.
 */
export async function addPerson(
  owner: (method: string, path: string, body?: unknown) => Promise<Sent>,
  { email, password, name = '', role, roles = [role ?? 'user'] }: NewPerson,
): Promise<Sent> {
  const [first, ...more] = roles;
  const made = await require2xx(owner('POST', '/users/invitations', { email, name, role_type: first }));
  const token = new URLSearchParams(made.path.split('#')[1]).get('token');
  const { user_id: id } = await require2xx(owner('POST', '/auth/invitation/accept', { token, password }));
  for (const each of more) await require2xx(owner('POST', `/users/${id}/roles`, { role_type: each }));
  const people = await require2xx(owner('GET', '/users'));
  const body = people.find(({ user }: { user: { id: number } }) => user.id === id);
  return { status: 201, body };
}

async function require2xx(sent: Promise<Sent>): Promise<Sent['body']> {
  const { status, body } = await sent;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
}
