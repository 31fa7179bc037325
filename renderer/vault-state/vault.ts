import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import { sessionQuery } from '../app/session.ts';
import { daysSince } from '../ui/time.ts';

/** Status of the vault, updated by the change feed. */
export const vaultQuery = queryOptions({
  queryKey: ['vault', 'status'],
  queryFn: () => ask(client.GET('/vault/status')),
});
export type VaultStatus = Awaited<ReturnType<NonNullable<typeof vaultQuery.queryFn>>>;

/** Nothing for who may not see it: members of projects alone, for whom the number of secrets is none of theirs. */
export function useVault() {
  const permissions = useQuery(sessionQuery).data?.permissions;
  return useQuery({ ...vaultQuery, enabled: permissions?.includes('vault:read') ?? true });
}

/** Days since a separate copy was last verified; null for none. */
export function daysSinceVerified(status: VaultStatus): number | null {
  const at = status.proof?.verified_at ?? null;
  return at === null ? null : daysSince(at);
}

/** Whether a rotation was started and is neither done nor undone. */
export const isRotating = ({ rotation }: VaultStatus): boolean =>
  rotation !== null && ['staged', 'proven', 'sealing'].includes(rotation.state);
