import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { useMay } from '../app/session.ts';
import { type KeyVersion, keyVersionsQuery } from '../key/key-queries.ts';

export type Backup = components['schemas']['Backup'];
export type Destination = components['schemas']['BackupDestination'];

/** Newest first. */
export const backupsQuery = queryOptions({
  queryKey: ['backups', 'list'],
  queryFn: async () => (await ask(client.GET('/backups'))).backups,
});

export type BackupRun = components['schemas']['BackupRun'];

/** Those that are being made, as the change feed has them. */
export const runsQuery = queryOptions({
  queryKey: ['backups', 'runs'],
  queryFn: () => ask(client.GET('/backups/runs')),
});

export const destinationsQuery = queryOptions({
  queryKey: ['backups', 'destinations'],
  queryFn: async () => (await ask(client.GET('/backups/destinations'))).destinations,
});

export type Schedule = components['schemas']['BackupSchedule'];

export const schedulesQuery = queryOptions({
  queryKey: ['backups', 'schedules'],
  queryFn: () => ask(client.GET('/backups/schedules')),
});

/** The key versions of this instance by fingerprint; empty for callers who may not see them. */
export function useKeyVersions(): ReadonlyMap<string, KeyVersion> {
  const { data } = useQuery({ ...keyVersionsQuery, enabled: useMay('vault:read') });
  return new Map(data?.epochs.map((version) => [version.fingerprint, version]));
}
