import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { words } from '../api/words.ts';
import { type SecretKind, wordsOfKind } from '../secrets/secret-words.ts';

export type LostValue = components['schemas']['LostValue'];
export type RecoveryGroupName = components['schemas']['RecoveryGroupName'];
export type RecoveryList = components['schemas']['RecoveryList'];

/** What was lost with a key and not replaced yet. */
export const recoveryQuery = queryOptions({
  queryKey: ['vault', 'recovery'],
  queryFn: () => ask(client.GET('/vault/recovery')),
});

export const groupWords: Record<RecoveryGroupName, { title: string; breaks: string }> = words.recovery_groups;

/** How a value is created anew, on its button and afterwards. */
export const sayNewValue = (kind: SecretKind) =>
  wordsOfKind(kind).renewal ?? { button: 'Create a new one', done: 'Created again' };

/** Kinds that come as several lines. */
export const isLong = (kind: SecretKind) => kind === 'ssh_private_key';
