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

// What was answered for someone is nobody's once their session is over.
whenSessionEnds(() => void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }));

export const useSessionQuery = () => useQuery(sessionQuery);

/** Who is signed in. For what is inside the shell, where someone is. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether the caller may do this; what they may not do is not offered. */
export function useMay(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

export const useIsOwner = () => useSession().kind === 'owner';

/** After signing in or out everything is asked anew. */
export async function sessionChanged(): Promise<void> {
  await queryClient.invalidateQueries();
  // Where nothing shows the session it is only marked as old: the page that is gone to next must find the new one.
  await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
}

export async function signOut(): Promise<void> {
  await ask(client.POST('/logout'));
  queryClient.clear();
  await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  location.assign('/');
}
