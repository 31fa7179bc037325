import { mayIn, useSession } from '../app/session.ts';

/** By a role in the project only its managers change environments: editors have the same permission for variables. */
export function useEnvironmentRights(project: string) {
  const session = useSession();
  const manages = mayIn(session, project, 'projects:write');
  const may = (permission: 'environments:write' | 'environments:delete') =>
    session.permissions.includes(permission) || (manages && mayIn(session, project, permission));
  return { mayWrite: may('environments:write'), mayDelete: may('environments:delete') };
}
