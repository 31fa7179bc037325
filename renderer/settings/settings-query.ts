import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => ask(client.GET('/settings')),
});
export type Settings = Awaited<ReturnType<NonNullable<typeof settingsQuery.queryFn>>>;

export const authoritiesQuery = {
  queryKey: ['certificates', 'authorities'],
  queryFn: () => ask(client.GET('/certificates/authorities')),
};

export const autoLockQuery = queryOptions({
  queryKey: ['settings', 'auto-lock'],
  queryFn: () => ask(client.GET('/settings/auto-lock')),
});
export type AutoLock = Awaited<ReturnType<NonNullable<typeof autoLockQuery.queryFn>>>;
