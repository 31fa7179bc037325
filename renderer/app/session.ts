import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { ask, client, whenSessionEnds } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => ask(client.GET('/auth/session')),
  staleTime: 60_000,
});
export type Session = Awaited<ReturnType<NonNullable<typeof sessionQuery.queryFn>>>;
export type Permission = Session['permissions'][number];

// Cached data must not outlive the session it was fetched for.
whenSessionEnds(() => void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }));

/** Asks again now, whatever is known. */
export const lookAtSession = () => queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });

export const useSessionQuery = () => useQuery(sessionQuery);

/**
 * The session. For components inside the shell, where someone is signed in. Below the lock and the sign-in, which cover the
 * page when the session is locked or over, it is as it was: an ended session has no permissions, and what is shown by
 * them would go with what was typed in it.
 */
export function useSession(): Session {
  const session = useSuspenseQuery(sessionQuery).data;
  const open = useRef<Session | null>(null);
  if (session.state === 'signed_in') open.current = session;
  return open.current ?? session;
}

/** Whether the caller has this permission; what they may not do is not shown. */
export function useMay(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

/** Whether a session has this permission in a project, by the path segment of it: everywhere, or by a role there. */
export function mayIn(session: Session, project: string, permission: Permission): boolean {
  const { permissions } = session;
  return (
    permissions.includes(permission) ||
    findReached(session, project)?.permissions.includes(permission) === true
  );
}

const findReached = ({ projects }: Session, project: string) =>
  projects.find(({ slug, project_id }) => slug === project || String(project_id) === project);

/** Whether a project can be there for the caller; what is there of others they are not told. */
export const mayBeThere = (session: Session, project: string): boolean =>
  session.every_project || findReached(session, project) !== undefined;

export const useMayIn = (project: string, permission: Permission) => mayIn(useSession(), project, permission);

/** What pages over all projects show a member: their projects, even while these are none. */
const OF_LISTS: readonly Permission[] = ['projects:read', 'environments:read'];

/** What the caller may everywhere or in one project at least: for pages and lists that show of each project what is theirs. */
export function listSomewhere({
  permissions,
  projects,
  every_project,
  state,
}: Session): readonly Permission[] {
  const isMember = state === 'signed_in' && !every_project;
  return [...permissions, ...projects.flatMap((each) => each.permissions), ...(isMember ? OF_LISTS : [])];
}

export const useMaySomewhere = (permission: Permission) => listSomewhere(useSession()).includes(permission);

export const useIsOwner = () => useSession().kind === 'owner';

/** Refetches everything after signing in or out. */
export async function sessionChanged(): Promise<void> {
  await queryClient.invalidateQueries();
  // If nothing shows the session it is only marked stale; the next page must get the new one.
  await lookAtSession();
}

export async function signOut(): Promise<void> {
  await ask(client.POST('/logout'));
  queryClient.clear();
  await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  location.assign('/');
}
