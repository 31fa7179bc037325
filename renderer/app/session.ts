import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
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

/** The session. For components inside the shell, where someone is signed in. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether the caller has this permission; what they may not do is not shown. */
export function useMay(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

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
