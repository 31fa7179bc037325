import { words } from '../api/words.ts';
import { type SecretKind, wordsOfKind } from '../secrets/secret-words.ts';
import type { RecoveryGroupName } from './recovery-query.ts';

export const groupWords: Record<RecoveryGroupName, { title: string; breaks: string }> = words.recovery_groups;

/** How a value is created anew, on its button and afterwards. */
export const sayNewValue = (kind: SecretKind) =>
  wordsOfKind(kind).renewal ?? { button: 'Make a new one', done: 'Created again' };

/** Kinds that come as several lines. */
export const isLong = (kind: SecretKind) => kind === 'ssh_private_key';
