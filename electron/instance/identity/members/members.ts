import type { Caller } from '../../access/caller.ts';
import {
  type ProjectRole,
  projectRolePermissions,
  projectRoles,
  type Role,
  rolePermissions,
} from '../../access/permissions.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { notePeopleManaged } from '../../projects/reads/unusual-reads.ts';
import { identityOperations } from '../operations.ts';
import { endTokensIn } from '../tokens/made-keys.ts';
import { normalizeEmail } from '../users/email.ts';
import { findUser, findUserByEmail, strongestRole, type User } from '../users/users.ts';

/** Someone with a role in a project. */
export interface Member {
  userId: number;
  name: string;
  email: string;
  role: ProjectRole;
  /** In the instance: with any but `member` they have every project. */
  instanceRole: Role;
  /** Since when they have a role here. */
  createdAt: number;
}

/** A project, as far as its members are concerned. */
interface Place {
  readonly id: number;
  readonly name: string;
}

/** Those with a role in the project, the strongest first. People who have it by their role in the instance alone are not among them. */
export function listMembers(ctx: Context, projectId: number): Member[] {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT m.user_id AS userId, m.role, m.created_at AS createdAt FROM project_members m
       JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL WHERE m.project_id = ? ORDER BY u.name, u.id`,
    )
    .all(projectId) as Pick<Member, 'userId' | 'role' | 'createdAt'>[];
  const members = rows.flatMap((row) => {
    const user = findUser(ctx, row.userId);
    return user ? [toMember(user, row)] : [];
  });
  return members.toSorted((a, b) => projectRoles.indexOf(a.role) - projectRoles.indexOf(b.role));
}

function toMember(user: User, { role, createdAt }: Pick<Member, 'role' | 'createdAt'>): Member {
  return {
    userId: user.id,
    name: user.name,
    email: user.email,
    role,
    instanceRole: strongestRole(user),
    createdAt,
  };
}

/**
 * Someone by the id of their account, or by their whole address. Throws `not_found`. A manager needs no list of the people of the
 * instance: they type the address of whom they know. SECURITY: ids can be counted through, so one who sees no people finds by
 * them only who has a role in the project.
 */
export function getPerson(ctx: Context, actor: Caller, projectId: number, segment: string): User {
  if (!/^\d{1,15}$/.test(segment)) return found(findUserByEmail(ctx, normalizeEmail(segment)));
  const user = found(findUser(ctx, Number(segment)));
  const isKnown = everywhere(actor).includes('users:read') || findMember(ctx, projectId, user) !== null;
  return found(isKnown ? user : null);
}

function found(user: User | null): User {
  if (!user) throw new AppError('not_found', 'Nobody here has this account or e-mail address.');
  return user;
}

/**
 * Gives someone a role in a project, instead of the one they have there. Throws `not_found`, `forbidden` for more than the actor
 * has there and for an administrator, who has everything anyway.
 */
export function giveProjectRole(
  ctx: Context,
  actor: Caller,
  project: Place,
  userId: number,
  role: ProjectRole,
): Member {
  return ctx.store.transaction(() => {
    const user = found(findUser(ctx, userId));
    if (user.roles.includes('admin'))
      throw new AppError(
        'forbidden',
        'An administrator may do everything in every project: no role adds to that, or takes from it.',
      );
    const before = findMember(ctx, project.id, user);
    requireNoMore(actor, [role, ...(before ? [before.role] : [])]);
    if (before?.role === role) return before;
    ctx.store.sqlite
      .prepare(
        `INSERT INTO project_members (project_id, user_id, role, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET role = excluded.role`,
      )
      .run(project.id, user.id, role, ctx.clock.now());
    ctx.audit.append(identityOperations.PROJECT_ROLE_GIVEN, actor, {
      user_id: user.id,
      project_id: project.id,
      project: project.name,
      role,
      former_role: before?.role ?? null,
    });
    afterChange(ctx, actor, project, user);
    return getMember(ctx, project.id, user);
  });
}

/** Takes someone's role in a project. Throws `not_found`, and `forbidden` as giving it does. */
export function takeProjectRole(ctx: Context, actor: Caller, project: Place, userId: number): void {
  ctx.store.transaction(() => {
    const user = found(findUser(ctx, userId));
    const { role } = getMember(ctx, project.id, user);
    // SECURITY: of a former member who administers the instance by now, only those who manage people touch anything.
    if (user.roles.includes('admin') && !everywhere(actor).includes('members:write'))
      throw new AppError('forbidden', 'Only an administrator takes a role from an administrator.');
    requireNoMore(actor, [role]);
    ctx.store.sqlite
      .prepare('DELETE FROM project_members WHERE project_id = ? AND user_id = ?')
      .run(project.id, user.id);
    ctx.audit.append(identityOperations.PROJECT_ROLE_TAKEN, actor, {
      user_id: user.id,
      project_id: project.id,
      project: project.name,
      role,
    });
    afterChange(ctx, actor, project, user);
  });
}

const everywhere = ({ inside, permissions }: Caller) => inside?.everywhere ?? permissions;

/** SECURITY: nobody gives more than they have there, nor takes what they could not give. The actor is in the project. */
function requireNoMore(actor: Caller, roles: readonly ProjectRole[]): void {
  const beyond = roles.find((role) =>
    projectRolePermissions[role].some((permission) => !actor.permissions.includes(permission)),
  );
  if (beyond)
    throw new AppError(
      'forbidden',
      `You have less than the role ${beyond} here, and cannot give it or take it.`,
    );
}

/** In the transaction that changed it. SECURITY: what someone made must not outlive their right to make it. */
function afterChange(ctx: Context, actor: Caller, project: Place, user: User): void {
  const role = findMember(ctx, project.id, user)?.role;
  const has = [rolePermissions[strongestRole(user)], role ? projectRolePermissions[role] : []].flat();
  if (!has.includes('tokens:write')) endTokensIn(ctx, actor, user.id, project.id);
  notePeopleManaged(ctx, actor);
  // Whoever lost the project is told too: for them it is not there any more.
  ctx.events.emit('changed', { resource: 'projects', userId: user.id });
  ctx.events.emit('changed', { resource: 'auth', userId: user.id });
}

function findMember(ctx: Context, projectId: number, user: User): Member | null {
  const row = ctx.store.sqlite
    .prepare('SELECT role, created_at AS createdAt FROM project_members WHERE project_id = ? AND user_id = ?')
    .get(projectId, user.id) as Pick<Member, 'role' | 'createdAt'> | undefined;
  return row ? toMember(user, row) : null;
}

function getMember(ctx: Context, projectId: number, user: User): Member {
  const member = findMember(ctx, projectId, user);
  if (!member) throw new AppError('not_found', 'They have no role in this project.');
  return member;
}

/** A project that someone has a role in. */
export interface ProjectOfPerson {
  projectId: number;
  name: string;
  slug: string;
  role: ProjectRole;
}

/** Everyone's roles in projects, by account. */
export function listProjectsOfPeople(ctx: Context): Map<number, ProjectOfPerson[]> {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT m.user_id AS userId, p.id AS projectId, p.name, p.slug, m.role FROM project_members m
       JOIN projects p ON p.id = m.project_id AND p.hidden = 0 ORDER BY p.name, p.id`,
    )
    .all() as (ProjectOfPerson & { userId: number })[];
  const found = new Map<number, ProjectOfPerson[]>();
  for (const { userId, ...project } of rows) found.set(userId, [...(found.get(userId) ?? []), project]);
  return found;
}
