import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session.ts';
import { grantsQuery } from './people-queries.ts';
import { type Role, roles } from './role-choice.tsx';

/**
 * Roles the caller may give to a key: those whose permissions they all have; and `byChoice`, a permission that they have and
 * no role brings. `isKnown` once they are fetched.
 */
export function useGivableRoles() {
  const session = useSession();
  const grants = useQuery(grantsQuery).data;
  const permissionsOf = (name: Role) => grants?.roles.find((each) => each.name === name)?.permissions ?? [];
  // A key of the role member has what its person has in projects by roles there: for others, nothing.
  const givable = roles.filter(({ name }) =>
    name === 'member'
      ? !session.every_project
      : permissionsOf(name).every((permission) => session.permissions.includes(permission)),
  );
  const byChoice = grants?.permissions.find(
    ({ name, by_choice_days }) => by_choice_days !== null && session.permissions.includes(name),
  );
  return { givable, permissionsOf, byChoice, isKnown: grants !== undefined };
}
