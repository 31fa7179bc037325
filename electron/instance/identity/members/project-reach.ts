import type { ProjectReach } from '../../access/caller.ts';
import { type ProjectRole, projectRolePermissions, projectRoles } from '../../access/permissions.ts';
import type { Context } from '../../kernel/context.ts';
import { strongestRole, type User } from '../users/users.ts';

/** The roles that someone has in projects, by project. One that this version does not know is none. */
export function listRolesOf(ctx: Context, userId: number): Map<number, ProjectRole> {
  const rows = ctx.store.sqlite
    .prepare('SELECT project_id AS projectId, role FROM project_members WHERE user_id = ?')
    .all(userId) as { projectId: number; role: ProjectRole }[];
  return new Map(
    rows.flatMap(({ projectId, role }) => (projectRoles.includes(role) ? [[projectId, role]] : [])),
  );
}

/** Which projects are there for an account: all of them, but for a member, who has those in which they have a role. */
export function reachOf(ctx: Context, user: User): ProjectReach {
  const roles = [...listRolesOf(ctx, user.id)];
  return {
    isAll: strongestRole(user) !== 'member',
    added: new Map(roles.map(([projectId, role]) => [projectId, projectRolePermissions[role]])),
  };
}
