import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { words } from '../api/words.ts';
import { type SecretKind, wordsOfKind } from '../secrets/secret-words.ts';

export type LostValue = components['schemas']['LostValue'];
export type RecoveryGroupName = components['schemas']['RecoveryGroupName'];
export type RecoveryList = components['schemas']['RecoveryList'];

/** Values lost with a key and not yet replaced. */
export const recoveryQuery = queryOptions({
  queryKey: ['vault', 'recovery'],
  queryFn: () => ask(client.GET('/vault/recovery')),
});

export const groupWords: Record<RecoveryGroupName, { title: string; breaks: string }> = words.recovery_groups;

/** Texts for creating a new value: the button, and once done. */
export const sayNewValue = (kind: SecretKind) =>
  wordsOfKind(kind).renewal ?? { button: 'Create a new one', done: 'Created again' };

/** Kinds with multi-line values. */
export const isLong = (kind: SecretKind) => kind === 'ssh_private_key';
