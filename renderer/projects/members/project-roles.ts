import type { components } from '../../api/schema.ts';
import type { Session } from '../../app/session.ts';
import { mayIn } from '../../app/session.ts';

export type Member = components['schemas']['ProjectMember'];
export type ProjectRole = Member['role'];

/** Roles in a project, from weakest to strongest, in words. */
export const projectRoles: readonly { value: ProjectRole; title: string; text: string }[] = [
  {
    value: 'reader',
    title: 'Reader',
    text: 'Sees names and plain values. No secret values, no changes.',
  },
  { value: 'editor', title: 'Editor', text: 'Changes variables, and reads secret values.' },
  {
    value: 'manager',
    title: 'Manager',
    text: 'Also environments, tokens, settings and who is a member.',
  },
];

export const projectRoleLabel = (role: ProjectRole) =>
  projectRoles.find(({ value }) => value === role)?.title ?? role;

/** Administrators have every project anyway: only they touch a role that one of them still has. */
export function mayChangeMember(session: Session, project: string, member: Member): boolean {
  if (member.instance_role === 'admin') return session.permissions.includes('members:write');
  return mayIn(session, project, 'members:write');
}
