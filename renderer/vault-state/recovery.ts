import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import { useMay } from '../app/session.ts';
import { useVault, type VaultStatus } from './vault.ts';

/** Of what the loss of this computer would mean. Asked again when a backup changes, and when a copy was verified. */
const recoveryQuery = (vault: VaultStatus | undefined) => ({
  queryKey: ['backups', 'recovery', vault?.fingerprint ?? null, vault?.proof.verified_at ?? null],
  queryFn: () => ask(client.GET('/backups/recovery')),
});
export type Recovery = Awaited<ReturnType<ReturnType<typeof recoveryQuery>['queryFn']>>;

/** Null until it is known, and for those who may not know. */
export function useRecovery(): Recovery | null {
  const mayRead = useMay('backups:read');
  const vault = useVault().data;
  const query = useQuery({
    ...recoveryQuery(vault),
    enabled: mayRead && vault !== undefined,
    placeholderData: keepPreviousData,
  });
  return query.data ?? null;
}
