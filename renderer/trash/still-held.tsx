import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import { useMay } from '../app/session.ts';

/** Which backups and former databases may have what was created then, and until when; for who may see backups. */
export function StillHeld({ since }: { since: number }) {
  const { data } = useQuery({
    queryKey: ['backups', 'holding', since],
    queryFn: () => ask(client.GET('/backups/holding', { params: { query: { since } } })),
    enabled: useMay('backups:read'),
  });
  return data ? <p className="quiet">{data.said.join(' ')}</p> : null;
}
